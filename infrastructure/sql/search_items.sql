-- Updates, milestones and principles to be searched, by id: those of them that are not in the trash.
SELECT i.doc, i.kind FROM read_model.item i WHERE i.workspace_id = $1 AND i.item_id = ANY ($2::uuid[]) AND i.live
