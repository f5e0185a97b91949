#!/bin/sh
# Run once by PostgreSQL's image on an empty volume. Two roles, neither a superuser: the owner of the tables migrates,
# the portal itself reads and writes rows and can take no trigger off.
set -eu
psql --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname="${POSTGRES_DB:-postgres}" \
  --set=owner_password="$DATABASE_OWNER_PASSWORD" --set=password="$DATABASE_PASSWORD" <<'SQL'
CREATE ROLE portal_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'owner_password';
CREATE ROLE portal_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password';
CREATE DATABASE portal OWNER portal_owner TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8';
\connect portal
REVOKE ALL ON DATABASE portal FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
ALTER SCHEMA public OWNER TO portal_owner;
-- verify_audit has PostgreSQL word the triggers on temporary copies of their tables.
GRANT CONNECT, TEMPORARY ON DATABASE portal TO portal_app;
GRANT USAGE ON SCHEMA public TO portal_app;
ALTER DEFAULT PRIVILEGES FOR ROLE portal_owner IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO portal_app;
ALTER DEFAULT PRIVILEGES FOR ROLE portal_owner IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO portal_app;
SQL
