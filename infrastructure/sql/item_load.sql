-- One item of a kind, also in the trash.
SELECT doc FROM read_model.item WHERE workspace_id = $1 AND kind = $2 AND item_id = $3
