"""What a server's own catalogue tells of a store: its tables, and its whole schema as the log knows it."""

OWN = "claim"
"""The table that only a server has: who has which time (`server.sql`)."""
_HERE = "relnamespace = 'tpi'::regnamespace"
TABLES = f"""
SELECT relname::text FROM pg_class WHERE {_HERE} AND relkind = 'r' AND relname <> '{OWN}' ORDER BY relname::text
"""
COLUMNS = """
SELECT attname::text, CASE format_type(atttypid, NULL) WHEN 'character varying' THEN 'VARCHAR'
         ELSE upper(format_type(atttypid, NULL)) END, attnotnull,
       COALESCE(array_position((SELECT indkey::int[] FROM pg_index WHERE indrelid = attrelid AND indisprimary),
                               attnum::int), -1) + 1
  FROM pg_attribute
 WHERE attrelid = ('tpi.' || :table)::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""
REFERENCES = """
SELECT attname::text, confrelid::regclass::text,
       (SELECT other.attname::text FROM pg_attribute AS other
         WHERE other.attrelid = confrelid AND other.attnum = confkey[1])
  FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
 WHERE contype = 'f' AND conrelid = ('tpi.' || :table)::regclass ORDER BY attname::text
"""
STRUCTURE = f"""
SELECT * FROM (
SELECT 'column' AS kind, attname::text AS name, relname::text AS of,
       format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' needed' ELSE '' END
           || COALESCE(' ' || pg_get_expr(adbin, adrelid), '') AS words
  FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
  LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
 WHERE {_HERE} AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
UNION ALL
SELECT 'constraint', conname::text, conrelid::regclass::text, pg_get_constraintdef(oid)
  FROM pg_constraint WHERE connamespace = 'tpi'::regnamespace AND contype IN ('c', 'f', 'p', 'u', 'x')
UNION ALL
SELECT 'index', indexrelid::regclass::text, indrelid::regclass::text, pg_get_indexdef(indexrelid)
  FROM pg_index JOIN pg_class ON pg_class.oid = indrelid WHERE {_HERE}
UNION ALL
SELECT 'view', relname::text, relname::text, pg_get_viewdef(oid) || COALESCE(array_to_string(reloptions, ' '), '')
  FROM pg_class WHERE {_HERE} AND relkind = 'v'
UNION ALL
SELECT 'trigger', tgname::text, tgrelid::regclass::text, pg_get_triggerdef(pg_trigger.oid) || ' ' || tgenabled::text
  FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE {_HERE} AND NOT tgisinternal
UNION ALL
SELECT 'function', proname::text, '', pg_get_functiondef(oid)
  FROM pg_proc WHERE pronamespace = 'tpi'::regnamespace
UNION ALL
SELECT 'policy', polname::text, polrelid::regclass::text,
       concat_ws(' ', polcmd, polpermissive, polroles::regrole[], pg_get_expr(polqual, polrelid),
                 pg_get_expr(polwithcheck, polrelid), CASE WHEN relrowsecurity THEN 'on' ELSE 'off' END)
  FROM pg_policy JOIN pg_class ON pg_class.oid = polrelid WHERE {_HERE}
UNION ALL
SELECT 'rule', rulename::text, ev_class::regclass::text, pg_get_ruledef(pg_rewrite.oid)
  FROM pg_rewrite JOIN pg_class ON pg_class.oid = ev_class WHERE {_HERE} AND relkind <> 'v'
) AS parts ORDER BY kind COLLATE "C", of COLLATE "C", name COLLATE "C", words COLLATE "C"
"""
"""Every part of the schema and its definition. It holds no grant: who may do what is the server's to keep."""
ENCRYPTED = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
