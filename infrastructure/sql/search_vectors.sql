-- Whether the server has what searching by meaning needs.
SELECT to_regclass('search.vector') IS NOT NULL
