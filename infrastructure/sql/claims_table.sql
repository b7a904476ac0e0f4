-- Who claimed which slug when, and who was made with it, for as long as a rebuild or an audit takes.
CREATE TEMPORARY TABLE claim (
  workspace_id uuid NOT NULL, slug text NOT NULL, page_id uuid NOT NULL, position bigint NOT NULL, original boolean NOT NULL
)
