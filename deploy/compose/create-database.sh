#!/bin/sh
# Runs once, when the database server is new: makes the database, the role that owns its tables and runs the migrations, and
# the role of the service, which may only read and write rows. Neither is a superuser.
set -eu
psql --set=ON_ERROR_STOP=1 --set=name="$SERVICE_ROLE" --set=password="$SERVICE_PASSWORD" \
  --set=owner="${SERVICE_ROLE}_owner" --set=owner_password="$OWNER_PASSWORD" --username=postgres --dbname=postgres <<'SQL'
create role :"owner" login password :'owner_password';
create role :"name" login password :'password';
create database :"name" owner :"owner";
revoke connect on database :"name" from public;
grant connect on database :"name" to :"name";
SQL
