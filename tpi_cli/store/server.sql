-- What a store has on a PostgreSQL server beside its tables and views: who may do what there, the log that nobody
-- writes to but the server itself, and two appointments that cannot have one time. Made by `server_schema`, inside
-- the transaction that makes or migrates the store; statements are split at lines that hold nothing but two dashes.

DO $$
DECLARE one text;
BEGIN
  FOREACH one IN ARRAY ARRAY['tpi_reader', 'tpi_writer', 'tpi_auditor', 'tpi_group'] LOOP
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = one) THEN
      BEGIN
        EXECUTE format('CREATE ROLE %I NOLOGIN', one);
      EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
      END;
    END IF;
  END LOOP;
END $$
--
-- A moment as every record has it: fixed-width UTC text.
CREATE OR REPLACE FUNCTION stamp(moment timestamptz) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
$$
--
-- As SQLite has it, for a top-level name: the same statements read the history on both engines.
CREATE OR REPLACE FUNCTION json_extract(content text, path text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT content::json ->> substr(path, 3)
$$
--
-- The clinics of whoever asks: of those whose role the login has, and for a group's reports all.
CREATE OR REPLACE FUNCTION clinics() RETURNS SETOF text LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = tpi, pg_temp AS $$
  SELECT id::text FROM clinic
   WHERE pg_has_role(session_user, 'tpi_group', 'MEMBER')
      OR EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'tpi_' || replace(id, '-', '')
                    AND pg_has_role(session_user, oid, 'MEMBER'))
$$
--
-- Text as canonical JSON: ASCII, as rules/chain.py hashes it.
CREATE OR REPLACE FUNCTION as_json(value text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN value IS NULL THEN 'null' ELSE '"' || COALESCE(string_agg(
    CASE
      WHEN one = '"' THEN '\"'
      WHEN one = '\' THEN '\\'
      WHEN ascii(one) = 8 THEN '\b'
      WHEN ascii(one) = 9 THEN '\t'
      WHEN ascii(one) = 10 THEN '\n'
      WHEN ascii(one) = 12 THEN '\f'
      WHEN ascii(one) = 13 THEN '\r'
      WHEN ascii(one) BETWEEN 32 AND 126 THEN one
      WHEN ascii(one) < 65536 THEN '\u' || lpad(to_hex(ascii(one)), 4, '0')
      ELSE '\u' || to_hex(55296 + ((ascii(one) - 65536) >> 10)) || '\u' || to_hex(56320 + ((ascii(one) - 65536) & 1023))
    END, '' ORDER BY place), '') || '"' END
  FROM string_to_table(value, NULL) WITH ORDINALITY AS letters (one, place)
$$
--
-- HMAC-SHA256 (RFC 2104) of a text under a key of at most 64 bytes.
CREATE OR REPLACE FUNCTION hmac_sha256(key bytea, message text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  inner_pad bytea := decode(repeat('36', 64), 'hex');
  outer_pad bytea := decode(repeat('5c', 64), 'hex');
BEGIN
  FOR at IN 0 .. length(key) - 1 LOOP
    inner_pad := set_byte(inner_pad, at, get_byte(key, at) # 54);
    outer_pad := set_byte(outer_pad, at, get_byte(key, at) # 92);
  END LOOP;
  RETURN encode(sha256(outer_pad || sha256(inner_pad || convert_to(message, 'UTF8'))), 'hex');
END $$
--
-- Whether the login is whoever set the store up.
CREATE OR REPLACE FUNCTION owns() RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT pg_has_role(session_user, nspowner, 'MEMBER') FROM pg_namespace WHERE nspname = 'tpi'
$$
--
-- Whether an act, as the log calls it, only reads: what a reader or an auditor may note.
CREATE OR REPLACE FUNCTION only_reads(act text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT act ~ '^(why|exposure|export|[a-z ]+ (show|list))$'
$$
--
-- The log's next entry. The login, the number, the hash, the mac and the key's next turn are the server's to say;
-- the moment is one of this transaction. Readers and auditors may only note what they read.
CREATE OR REPLACE FUNCTION append_entry(of_clinic text, moment text, acting text, act text, patient integer,
                                        subject text, records integer, content text, structure text)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = tpi, pg_temp AS $$
DECLARE
  last record;
  number integer;
  told text;
  digest text;
  turn bytea;
BEGIN
  PERFORM pg_advisory_xact_lock(7630953);
  IF NOT (owns() OR of_clinic IN (SELECT clinics())) THEN
    RAISE insufficient_privilege USING MESSAGE = 'another clinic''s log';
  END IF;
  IF NOT owns() AND (structure IS NOT NULL OR NOT pg_has_role(session_user, 'tpi_writer', 'MEMBER')
                     AND (records <> 0 OR NOT only_reads(act))) THEN
    RAISE insufficient_privilege USING MESSAGE = 'an entry that this login may not make';
  END IF;
  IF moment !~ '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$' OR moment < stamp(transaction_timestamp())
     OR moment > stamp(clock_timestamp()) THEN
    RAISE check_violation USING MESSAGE = 'a moment that is not of this transaction';
  END IF;
  IF records < 0 OR (records = 0) <> (content IS NULL) THEN
    RAISE check_violation USING MESSAGE = 'records without their hash, or a hash of none';
  END IF;
  SELECT audit.entry, audit.hash INTO last FROM audit ORDER BY audit.entry DESC LIMIT 1;
  number := COALESCE(last.entry, 0) + 1;
  told := '["tpi-audit-1",' || number || ',' || concat_ws(',', as_json(of_clinic), as_json(moment),
          as_json(session_user::text), as_json(acting), as_json(act), COALESCE(patient::text, 'null'), as_json(subject),
          records::text, as_json(content), as_json(structure), as_json(COALESCE(last.hash, repeat('0', 64)))) || ']';
  digest := encode(sha256(convert_to(told, 'UTF8')), 'hex');
  SELECT decode(ratchet.key, 'hex') INTO STRICT turn FROM ratchet WHERE ratchet.clinic_id = of_clinic;
  INSERT INTO audit (entry, clinic_id, at, account, acting, act, patient, subject, records, content, structure, before,
                     hash, mac)
  VALUES (number, of_clinic, moment, session_user, acting, act, patient, subject, records, content, structure,
          COALESCE(last.hash, repeat('0', 64)), digest, hmac_sha256(turn, digest));
  UPDATE ratchet SET entry = number, key = encode(sha256('tpi-ratchet-1'::bytea || turn), 'hex')
   WHERE ratchet.clinic_id = of_clinic;
  RETURN number;
END $$
--
-- The log's end as `verify` holds it against the officer key: the last entry, and a hash of the key of the next.
CREATE OR REPLACE FUNCTION log_end() RETURNS TABLE (entry integer, digest text) LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = tpi, pg_temp AS $$
  SELECT ratchet.entry, encode(sha256(decode(ratchet.key, 'hex')), 'hex') FROM ratchet
   WHERE owns() OR ratchet.clinic_id IN (SELECT clinics())
$$
--
CREATE OR REPLACE FUNCTION only_grows() RETURNS trigger LANGUAGE plpgsql SET search_path = tpi, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' AND NEW.entry = (SELECT COALESCE(MAX(entry), 0) + 1 FROM audit) THEN
    RETURN NEW;
  END IF;
  RAISE integrity_constraint_violation USING MESSAGE = 'the log only grows';
END $$
--
-- Erasing takes the words and the salt of an erased patient's versions, and leaves their hash.
CREATE OR REPLACE FUNCTION version_kept() RETURNS trigger LANGUAGE plpgsql SET search_path = tpi, pg_temp AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.content IS NULL AND NEW.salt IS NULL AND NEW.leaf IS NOT NULL AND OLD.leaf IS NULL
     AND (NEW.record, NEW.key, NEW.entry, NEW.ended_by, NEW.clinic_id)
       = (OLD.record, OLD.key, OLD.entry, OLD.ended_by, OLD.clinic_id) THEN
    RETURN NEW;
  END IF;
  RAISE integrity_constraint_violation USING MESSAGE = 'no version is changed or removed';
END $$
--
CREATE OR REPLACE TRIGGER audit_next BEFORE INSERT OR UPDATE OR DELETE ON audit
FOR EACH ROW EXECUTE FUNCTION only_grows()
--
CREATE OR REPLACE TRIGGER audit_whole BEFORE TRUNCATE ON audit
FOR EACH STATEMENT EXECUTE FUNCTION only_grows()
--
CREATE OR REPLACE TRIGGER history_kept BEFORE UPDATE OR DELETE ON history
FOR EACH ROW EXECUTE FUNCTION version_kept()
--
CREATE OR REPLACE TRIGGER history_whole BEFORE TRUNCATE ON history
FOR EACH STATEMENT EXECUTE FUNCTION version_kept()
--
-- Whose a time is: a range, for an appointment with no clinician named is everybody's.
DO $$
BEGIN
  IF to_regtype('tpi.whose') IS NULL THEN
    CREATE TYPE whose AS RANGE (SUBTYPE = text, COLLATION = "C");
  END IF;
END $$
--
-- Who has which time: behind the check that the program makes, and against any other program too. An overlap that
-- somebody gave a reason for, or that came with records from elsewhere, has no claim of its own.
CREATE TABLE IF NOT EXISTS claim (
  appointment_id varchar(36) COLLATE "C" NOT NULL REFERENCES appointment (id) ON DELETE CASCADE,
  who whose NOT NULL,
  during tsrange NOT NULL,
  PRIMARY KEY (appointment_id, who),
  CONSTRAINT one_at_a_time EXCLUDE USING gist (who WITH &&, during WITH &&)
)
--
CREATE OR REPLACE FUNCTION claimed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = tpi, pg_temp
AS $$
DECLARE
  during tsrange := tsrange(left(NEW.starts_at, 26)::timestamp, left(NEW.ends_at, 26)::timestamp);
  clinician text := 'clinician ' || NEW.clinic_id || ' ';
  knowingly boolean := COALESCE(current_setting('tpi.overlap', true), '') = 'on';
  one whose;
BEGIN
  IF TG_OP = 'UPDATE' AND NOT knowingly AND OLD.status IN ('booked', 'arrived') AND NEW.status IN ('booked', 'arrived')
     AND (OLD.starts_at, OLD.ends_at, OLD.patient_id, OLD.clinician_id)
         IS NOT DISTINCT FROM (NEW.starts_at, NEW.ends_at, NEW.patient_id, NEW.clinician_id) THEN
    RETURN NULL;  -- it keeps its claim, and an overlap that was let stand goes on standing
  END IF;
  DELETE FROM claim WHERE appointment_id = NEW.id;
  IF NEW.status NOT IN ('booked', 'arrived') THEN
    RETURN NULL;
  END IF;
  FOREACH one IN ARRAY ARRAY[
    whose('patient ' || NEW.patient_id, 'patient ' || NEW.patient_id, '[]'),
    whose(clinician || COALESCE(NEW.clinician_id, ''), clinician || COALESCE(NEW.clinician_id, '~'), '[]')
  ] LOOP
    IF knowingly THEN
      INSERT INTO claim VALUES (NEW.id, one, during) ON CONFLICT DO NOTHING;
    ELSE
      INSERT INTO claim VALUES (NEW.id, one, during);
    END IF;
  END LOOP;
  RETURN NULL;
END $$
--
CREATE OR REPLACE TRIGGER appointment_claims
AFTER INSERT OR UPDATE OF starts_at, ends_at, status, patient_id, clinician_id ON appointment
FOR EACH ROW EXECUTE FUNCTION claimed()
--
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA tpi FROM PUBLIC
--
GRANT USAGE ON SCHEMA tpi TO tpi_reader, tpi_writer, tpi_auditor
--
GRANT EXECUTE ON FUNCTION stamp, json_extract, clinics, owns, append_entry, log_end TO tpi_reader, tpi_writer, tpi_auditor
--
GRANT SELECT ON alembic_version, recall_list, event_list, injection_list TO tpi_reader, tpi_writer, tpi_auditor
--
GRANT SELECT ON audit TO tpi_reader, tpi_writer, tpi_auditor
--
GRANT SELECT ON history, request, numbering TO tpi_writer, tpi_auditor
--
-- Which versions there were, and not what they said.
GRANT SELECT (clinic_id, record, key, entry, ended_by) ON history TO tpi_reader
--
GRANT INSERT, UPDATE (content, salt, leaf) ON history TO tpi_writer
--
GRANT INSERT, DELETE ON request TO tpi_writer
--
GRANT INSERT, UPDATE ON numbering TO tpi_writer
