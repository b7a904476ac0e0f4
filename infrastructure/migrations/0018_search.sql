-- The index of search. It lies apart from the read models: it follows the log a moment behind, through PostgreSQL's own lexemes, and
-- a rebuild refills it workspace by workspace, each in one transaction, so that searches see the old one until the new one is whole.

CREATE SCHEMA search;
GRANT USAGE ON SCHEMA search TO daybook_service;

-- How a workspace is searched, as it says itself.
CREATE TABLE read_model.search_settings (
  workspace_id uuid NOT NULL,
  -- One for each workspace, and it follows from that.
  stream_id uuid NOT NULL,
  language text NOT NULL,
  version integer NOT NULL,
  -- The whole state, as JSON.
  doc bytea NOT NULL,
  PRIMARY KEY (workspace_id, stream_id)
);
SELECT daybook.confine('read_model.search_settings', 'SELECT, INSERT, UPDATE, DELETE');

-- What a workspace's index is made with, and the totals that BM25 needs.
CREATE TABLE search.totals (
  workspace_id uuid PRIMARY KEY,
  -- A text search configuration of PostgreSQL.
  language text NOT NULL,
  documents integer NOT NULL,
  -- Of all documents together, in words that count.
  words bigint NOT NULL,
  -- Those that are embedded, or have yet to be.
  passages integer NOT NULL,
  -- Whose vectors are kept: the model of the process that was the last to start with another one.
  model text
) WITH (fillfactor = 50);
SELECT daybook.confine('search.totals', 'SELECT, INSERT, UPDATE, DELETE');

-- What can be found: pages, and what else has text of its own.
CREATE TABLE search.document (
  workspace_id uuid NOT NULL,
  document_id uuid NOT NULL,
  kind text NOT NULL,
  -- The page it is, or belongs to.
  page_id uuid,
  -- Of its stream, so that what is kept can be told from what has changed since.
  version integer NOT NULL,
  words integer NOT NULL,
  PRIMARY KEY (workspace_id, document_id)
);
SELECT daybook.confine('search.document', 'SELECT, INSERT, UPDATE, DELETE');

-- A document's postings once more: what a change of it compares with. Apart, because ranking reads very many documents' lengths.
CREATE TABLE search.vocabulary (
  workspace_id uuid NOT NULL,
  document_id uuid NOT NULL,
  -- In their order, and how often each stands there.
  lexemes text[] NOT NULL,
  counts integer[] NOT NULL,
  PRIMARY KEY (workspace_id, document_id)
);
SELECT daybook.confine('search.vocabulary', 'SELECT, INSERT, UPDATE, DELETE');

-- A document in pieces, by its headings. Number 0 is the title.
CREATE TABLE search.passage (
  workspace_id uuid NOT NULL,
  document_id uuid NOT NULL,
  ordinal integer NOT NULL,
  -- The headings it stands below, and the anchor of the innermost.
  heading text NOT NULL,
  anchor text NOT NULL,
  body text NOT NULL,
  -- Whether it begins its section, whose heading is searched with it.
  begins boolean NOT NULL,
  lexemes tsvector NOT NULL,
  -- Of the text that is embedded; none where nothing is.
  digest bytea,
  PRIMARY KEY (workspace_id, document_id, ordinal)
);
CREATE INDEX passage_digest ON search.passage (workspace_id, digest) WHERE digest IS NOT NULL;
SELECT daybook.confine('search.passage', 'SELECT, INSERT, UPDATE, DELETE');

-- How often a lexeme stands in a document; in the title it counts several times.
CREATE TABLE search.posting (
  workspace_id uuid NOT NULL,
  lexeme text COLLATE "C" NOT NULL,
  document_id uuid NOT NULL,
  count integer NOT NULL,
  PRIMARY KEY (workspace_id, lexeme, document_id) INCLUDE (count)
);
SELECT daybook.confine('search.posting', 'SELECT, INSERT, UPDATE, DELETE');

-- In how many documents a lexeme stands.
CREATE TABLE search.term (
  workspace_id uuid NOT NULL,
  lexeme text COLLATE "C" NOT NULL,
  documents integer NOT NULL,
  PRIMARY KEY (workspace_id, lexeme)
) WITH (fillfactor = 80);
SELECT daybook.confine('search.term', 'SELECT, INSERT, UPDATE, DELETE');

-- Texts whose vector has yet to be settled: made, or, where the text stands nowhere any more, removed. Whoever embeds takes some for a
-- while, so any number of processes share the work. Nobody else writes vectors, so nobody waits while an index of them is built.
CREATE TABLE search.pending (
  workspace_id uuid NOT NULL,
  digest bytea NOT NULL,
  -- Whether the text stands somewhere.
  wanted boolean NOT NULL,
  taken_until timestamptz NOT NULL DEFAULT '-infinity',
  PRIMARY KEY (workspace_id, digest)
);
SELECT daybook.confine('search.pending', 'SELECT, INSERT, UPDATE, DELETE');

-- The workspaces with passages to embed. The service sees one workspace at a time, so it asks here; the answer is ids alone.
CREATE FUNCTION search.pending_workspaces(p_model text) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
AS $$ SELECT DISTINCT p.workspace_id FROM search.pending p JOIN search.totals t ON t.workspace_id = p.workspace_id
       WHERE p.taken_until < now() AND (t.model IS NULL OR t.model = p_model) $$;

-- The workspaces whose vectors are not of a model; as above, ids alone.
CREATE FUNCTION search.workspaces_without(p_model text) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
AS $$ SELECT t.workspace_id FROM search.totals t WHERE t.passages > 0 AND t.model IS DISTINCT FROM p_model $$;

-- Lets the planner know how large the index has become. Of its own accord the database looks once a minute, and until then searches in
-- what was just imported would be planned for a handful of rows.
CREATE FUNCTION search.look_over() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
BEGIN
  ANALYZE search.document, search.posting, search.term, search.passage;
END $$;

-- The lexemes of a workspace that begin with a word. Beneath a policy LIKE may not use an index, because it is not leakproof; so this
-- looks as the owner, and only into workspaces that the caller may see.
CREATE FUNCTION search.beginning(p_workspace uuid, p_word text, p_count integer) RETURNS TABLE (lexeme text, documents integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog SET plan_cache_mode = force_custom_plan SET enable_seqscan = off SET jit = off
AS $$
BEGIN
  IF p_workspace = ANY (daybook.visible_workspaces()) THEN
    RETURN QUERY
      SELECT t.lexeme, t.documents FROM search.term t
       WHERE t.workspace_id = p_workspace AND t.lexeme LIKE replace(replace(replace(p_word, '\', '\\'), '%', '\%'), '_', '\_') || '%'
       ORDER BY t.documents DESC, t.lexeme LIMIT p_count;
  END IF;
END $$;

-- The lexemes of a workspace that are spelt much like a word, nearest first. Without pg_trgm there are none.
CREATE FUNCTION search.spelt_like(p_workspace uuid, p_word text, p_count integer) RETURNS TABLE (lexeme text, likeness real)
LANGUAGE sql STABLE AS $$ SELECT NULL::text, NULL::real WHERE false $$;
DO $$
DECLARE
  trigrams text;
BEGIN
  SELECT n.nspname INTO trigrams FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_trgm';
  IF trigrams IS NULL THEN
    RAISE NOTICE 'without pg_trgm, search does not help with misspelt words';
    RETURN;
  END IF;
  EXECUTE format('CREATE INDEX term_trigrams ON search.term USING gin (lexeme %I.gin_trgm_ops)', trigrams);
  EXECUTE format($function$
    CREATE OR REPLACE FUNCTION search.spelt_like(p_workspace uuid, p_word text, p_count integer)
    RETURNS TABLE (lexeme text, likeness real)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog SET plan_cache_mode = force_custom_plan SET enable_seqscan = off SET jit = off
    SET pg_trgm.similarity_threshold = 0.3
    AS $body$
    BEGIN
      IF p_workspace = ANY (daybook.visible_workspaces()) THEN
        RETURN QUERY
          SELECT t.lexeme, %1$I.similarity(t.lexeme, p_word) FROM search.term t
           WHERE t.workspace_id = p_workspace AND t.lexeme OPERATOR(%1$I.%%) p_word
           ORDER BY %1$I.similarity(t.lexeme, p_word) DESC, t.documents DESC, t.lexeme LIMIT p_count;
      END IF;
    END $body$ $function$, trigrams);
END $$;

-- Makes what searching by meaning needs, where the server has pgvector. Called at each start, because somebody may install it later.
CREATE FUNCTION search.prepare_vectors() RETURNS void
LANGUAGE plpgsql AS $prepare$
DECLARE
  home text;
BEGIN
  IF to_regclass('search.vector') IS NOT NULL THEN
    RETURN;
  END IF;
  BEGIN
    CREATE EXTENSION IF NOT EXISTS vector;
  EXCEPTION
    WHEN insufficient_privilege OR undefined_file OR feature_not_supported OR undefined_object THEN
      RETURN;
  END;
  SELECT n.nspname INTO home FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
   -- Vectors of half precision came with 0.7.
   WHERE e.extname = 'vector' AND string_to_array(e.extversion, '.')::integer[] >= '{0,7,0}'
     AND EXISTS (SELECT FROM pg_type t WHERE t.typnamespace = e.extnamespace AND t.typname = 'halfvec');
  IF home IS NULL THEN
    RETURN;
  END IF;

  -- A text's vector follows from the text and the model alone, so that equal passages share one and a refilled index keeps them.
  EXECUTE format('CREATE TABLE search.vector (
    workspace_id uuid NOT NULL, model text NOT NULL, digest bytea NOT NULL, embedding %I.halfvec NOT NULL,
    PRIMARY KEY (workspace_id, digest, model))', home);
  PERFORM daybook.confine('search.vector', 'SELECT, INSERT, DELETE');

  EXECUTE format($function$
    -- Keeps vectors, each as its text form.
    CREATE OR REPLACE FUNCTION search.keep_vectors(p_workspace uuid, p_model text, p_digests bytea[], p_vectors text[]) RETURNS void
    LANGUAGE sql SET search_path = pg_catalog, %1$I
    AS $body$
      INSERT INTO search.vector (workspace_id, model, digest, embedding)
      SELECT p_workspace, p_model, n.digest, n.embedding::%1$I.halfvec FROM unnest(p_digests, p_vectors) n(digest, embedding)
       -- The text may have gone while it was embedded.
       WHERE EXISTS (SELECT FROM search.passage s WHERE s.workspace_id = p_workspace AND s.digest = n.digest)
      ON CONFLICT DO NOTHING;
    $body$ $function$, home);

  -- The name of the index of a workspace's vectors, if it has one.
  CREATE OR REPLACE FUNCTION search.vector_index(p_workspace uuid, p_model text) RETURNS text
  LANGUAGE sql STABLE SET search_path = pg_catalog
  AS $function$ SELECT 'vector_near_' || left(md5(p_workspace || ' ' || p_model), 16) $function$;

  EXECUTE format($function$
    -- The passages nearest to a vector, by the cosine of the angle between: as all vectors have the length 1, that is their product,
    -- which is a third of the work. The statement is put together with its values in it, so that a workspace's own index is found. Only
    -- in workspaces that the caller may see.
    CREATE OR REPLACE FUNCTION search.nearest(p_workspace uuid, p_model text, p_query real[], p_count integer)
    RETURNS TABLE (digest bytea, similarity real)
    -- An index answers no more than this.
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog SET jit = off SET hnsw.ef_search = 400
    AS $body$
    DECLARE
      -- An index is of vectors of one length, and to find it takes a cast. Without one, the cast takes a third of the time.
      kind text := CASE WHEN to_regclass('search.' || search.vector_index(p_workspace, p_model)) IS NULL THEN '%1$I.halfvec'
                        ELSE format('%1$I.halfvec(%%s)', cardinality(p_query)) END;
    BEGIN
      IF p_workspace = ANY (daybook.visible_workspaces()) THEN
        RETURN QUERY EXECUTE format(
          'SELECT n.digest, (-n.away)::real FROM (
             SELECT v.digest, v.embedding::%%1$s OPERATOR(%1$I.<#>) $1::%%1$s AS away FROM search.vector v
              WHERE v.workspace_id = %%2$L AND v.model = %%3$L ORDER BY away LIMIT %%4$s
           ) n ORDER BY n.away',
          kind, p_workspace, p_model, p_count) USING p_query;
      END IF;
    END $body$ $function$, home);

  EXECUTE format($function$
    -- The same among some documents alone.
    CREATE OR REPLACE FUNCTION search.nearest_among(p_workspace uuid, p_model text, p_query real[], p_documents uuid[], p_count integer)
    RETURNS TABLE (digest bytea, similarity real)
    LANGUAGE sql STABLE SET search_path = pg_catalog, %1$I SET jit = off
    AS $body$
      SELECT n.digest, n.similarity FROM (
        SELECT v.digest, (1 - (v.embedding OPERATOR(%1$I.<=>) p_query::%1$I.halfvec))::real AS similarity
          FROM (SELECT DISTINCT s.digest FROM search.passage s
                 WHERE s.workspace_id = p_workspace AND s.document_id = ANY (p_documents) AND s.digest IS NOT NULL) d
          JOIN search.vector v ON v.workspace_id = p_workspace AND v.model = p_model AND v.digest = d.digest
      ) n ORDER BY n.similarity DESC, n.digest LIMIT p_count;
    $body$ $function$, home);

  EXECUTE format($function$
    -- What a document is about: the middle of its passages' vectors.
    CREATE OR REPLACE FUNCTION search.middle(p_workspace uuid, p_model text, p_document uuid) RETURNS real[]
    LANGUAGE sql STABLE SET search_path = pg_catalog, %1$I
    AS $body$
      SELECT %1$I.avg(v.embedding)::%1$I.vector::real[]
        FROM search.passage s JOIN search.vector v ON v.workspace_id = p_workspace AND v.model = p_model AND v.digest = s.digest
       WHERE s.workspace_id = p_workspace AND s.document_id = p_document;
    $body$ $function$, home);

  EXECUTE format($function$
    -- For each passage of other documents, the passage of a document it is nearest to. Titles alone are left out.
    CREATE OR REPLACE FUNCTION search.pairs(p_workspace uuid, p_model text, p_document uuid, p_others uuid[], p_passages integer)
    RETURNS TABLE (document_id uuid, ordinal integer, own_ordinal integer, similarity real)
    LANGUAGE sql STABLE SET search_path = pg_catalog, %1$I SET jit = off
    AS $body$
      WITH own AS MATERIALIZED (
        SELECT s.ordinal, v.embedding
          FROM search.passage s JOIN search.vector v ON v.workspace_id = p_workspace AND v.model = p_model AND v.digest = s.digest
         WHERE s.workspace_id = p_workspace AND s.document_id = p_document ORDER BY s.ordinal LIMIT p_passages
      ), other AS MATERIALIZED (
        SELECT o.document_id, s.ordinal, v.embedding
          FROM unnest(p_others) o(document_id) CROSS JOIN LATERAL (
            SELECT s.ordinal, s.digest FROM search.passage s
             WHERE s.workspace_id = p_workspace AND s.document_id = o.document_id AND s.digest IS NOT NULL
             ORDER BY s.ordinal LIMIT p_passages
          ) s JOIN search.vector v ON v.workspace_id = p_workspace AND v.model = p_model AND v.digest = s.digest
      )
      SELECT DISTINCT ON (other.document_id, other.ordinal)
             other.document_id, other.ordinal, own.ordinal, (1 - (other.embedding OPERATOR(%1$I.<=>) own.embedding))::real
        FROM other CROSS JOIN own
       ORDER BY other.document_id, other.ordinal, (other.embedding OPERATOR(%1$I.<=>) own.embedding), own.ordinal;
    $body$ $function$, home);

  EXECUTE format($function$
    -- Gives a workspace with very many vectors an index of its own, and answers whether it made one. While it is built, vectors can
    -- be read but not written.
    CREATE OR REPLACE FUNCTION search.index_vectors(p_workspace uuid, p_model text, p_least integer) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET maintenance_work_mem = '256MB'
    AS $body$
    DECLARE
      dimensions integer;
      name text := search.vector_index(p_workspace, p_model);
    BEGIN
      IF p_workspace <> ALL (daybook.visible_workspaces()) OR to_regclass('search.' || name) IS NOT NULL
         OR (SELECT count(*) FROM search.vector v WHERE v.workspace_id = p_workspace AND v.model = p_model) < p_least THEN
        RETURN false;
      END IF;
      SELECT %1$I.vector_dims(v.embedding) INTO dimensions FROM search.vector v
       WHERE v.workspace_id = p_workspace AND v.model = p_model LIMIT 1;
      -- An index takes no longer vectors.
      IF dimensions > 4000 THEN
        RETURN false;
      END IF;
      EXECUTE format('CREATE INDEX IF NOT EXISTS %%I ON search.vector USING hnsw ((embedding::%1$I.halfvec(%%s)) %1$I.halfvec_ip_ops)
                       WHERE workspace_id = %%L AND model = %%L', name, dimensions, p_workspace, p_model);
      RETURN true;
    END $body$ $function$, home);
END $prepare$;
REVOKE EXECUTE ON FUNCTION search.prepare_vectors() FROM PUBLIC;
