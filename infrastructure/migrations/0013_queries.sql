-- What queries need to find their way: siblings in their order, what went to the trash together, every slug of a page.

-- Also the pages of the top, whose parent is null. It leads with what no look-up by id names, so none can be mistaken into it.
CREATE INDEX page_siblings ON read_model.page (workspace_id, parent_id, place, page_id) WHERE live;
CREATE INDEX page_gone ON read_model.page (workspace_id, archived_root) WHERE archived_root IS NOT NULL;
CREATE INDEX page_slug_page ON read_model.page_slug (workspace_id, page_id);
