-- A generation of the read models is a schema: filled beside the one in use, then renamed into its place.

-- An empty generation with the tables, indexes, policies and privileges of the one in use.
CREATE FUNCTION daybook.new_generation(p_schema text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_table record;
BEGIN
  EXECUTE format('DROP SCHEMA IF EXISTS %I CASCADE', p_schema);
  EXECUTE format('CREATE SCHEMA %I', p_schema);
  EXECUTE format('GRANT USAGE ON SCHEMA %I TO daybook_service', p_schema);
  FOR v_table IN
    SELECT c.relname, array_to_string(c.reloptions, ', ') AS options
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'read_model' AND c.relkind = 'r'
  LOOP
    EXECUTE format('CREATE TABLE %I.%I (LIKE read_model.%I INCLUDING ALL)', p_schema, v_table.relname, v_table.relname);
    IF v_table.options <> '' THEN
      EXECUTE format('ALTER TABLE %I.%I SET (%s)', p_schema, v_table.relname, v_table.options);
    END IF;
    PERFORM daybook.confine(format('%I.%I', p_schema, v_table.relname)::regclass, 'SELECT, INSERT, UPDATE, DELETE');
  END LOOP;
END $$;

-- Puts a filled generation in the place of the one in use, which stays at hand as read_model_previous.
CREATE FUNCTION daybook.use_generation(p_schema text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  DROP SCHEMA IF EXISTS read_model_previous CASCADE;
  ALTER SCHEMA read_model RENAME TO read_model_previous;
  EXECUTE format('ALTER SCHEMA %I RENAME TO read_model', p_schema);
END $$;
