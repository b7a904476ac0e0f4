-- A piece of a query: live pages with a text, but those that changed since it was kept; of these, the ones where it was found.
SELECT found.page_id FROM (
  SELECT daybook.text_matches(:workspace, :pattern::text) AS page_id
  EXCEPT SELECT unnest(:changed::uuid[])
) found
UNION ALL SELECT unnest(:matching::uuid[])
