#!/bin/sh
# Runs once, when the database server is new: makes the service's role, which is no superuser, and its database.
set -eu
psql --set=ON_ERROR_STOP=1 --set=name="$SERVICE_ROLE" --set=password="$SERVICE_PASSWORD" --username=postgres --dbname=postgres <<'SQL'
create role :"name" login password :'password';
create database :"name" owner :"name";
revoke connect on database :"name" from public;
SQL
