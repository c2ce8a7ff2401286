"""Every route, asked by everybody, of her own tenant and of another one: against the table below, in which each has a row."""

import json
import unittest

from matrix_askers import ASKERS, Asker, Setting
from matrix_requests import MAKERS, Case

# The columns are ASKERS. Tokens and people are for the tenant acme, but for the last two, who are for all; an auditor's period
# holds all records (in) or none (out), and that of an auditor's token all. `none` is 200 with nothing in it: nothing shown, or nothing taken.
# Rows are asked from the top, a route's lines in turn. `_system` is the system log, which only those for all tenants see.
# A row with `-` names no tenant; `:` tells two requests of one route apart:
#   acme:personal  a search for a person's address, which shows a personal value as much as a look at it does
#   acme:theirs    at the address of a source that is globex's
#   -:nda, …       a document of that confidentiality; an auditor accepts the NDA between the lines
# Approvals are of what somebody else asked for; erasures of somebody of whom nothing is held: 404 to who may erase.
TABLE = """
                                                               no- sou-   operators' tokens               people                    password all
                                                               body rce | aud ana pri adm app pro mir | in   out  ana pri adm |    alone  tenants
GET    /healthz                                  -             200 200  | 200 200 200 200 200 200 200 | 200 200  200 200 200 | 200 200
GET    /readyz                                   -             200 200  | 200 200 200 200 200 200 200 | 200 200  200 200 200 | 200 200
GET    /metrics                                  -             200 200  | 200 200 200 200 200 200 200 | 200 200  200 200 200 | 200 200
GET    /v1/openapi.json                          -             200 200  | 200 200 200 200 200 200 200 | 200 200  200 200 200 | 200 200
GET    /v1/policy-schema                         -             200 200  | 200 200 200 200 200 200 200 | 200 200  200 200 200 | 200 200
GET    /services/collector/health                -             200 200  | 200 200 200 200 200 200 200 | 200 200  200 200 200 | 200 200
POST   /witness/add-checkpoint                   -             400 400  | 400 400 400 400 400 400 400 | 400 400  400 400 400 | 400 400
GET    /witness/{log}/checkpoint                 -             404 404  | 404 404 404 404 404 404 404 | 404 404  404 404 404 | 404 404

POST   /v1/events                                acme          401 200  | 401 401 401 401 401 401 401 | 401 401  401 401 401 | 401 401
                                                 globex        401 422  | 401 401 401 401 401 401 401 | 401 401  401 401 401 | 401 401
GET    /v1/hooks/{source}                        -             401 200  | 401 401 401 401 401 401 401 | 401 401  401 401 401 | 401 401
                                                 -:theirs      401 401  | 401 401 401 401 401 401 401 | 401 401  401 401 401 | 401 401
POST   /v1/hooks/{source}                        acme          401 200  | 401 401 401 401 401 401 401 | 401 401  401 401 401 | 401 401
                                                 globex        401 422  | 401 401 401 401 401 401 401 | 401 401  401 401 401 | 401 401
                                                 acme:theirs   401 401  | 401 401 401 401 401 401 401 | 401 401  401 401 401 | 401 401
                                                 globex:theirs 401 401  | 401 401 401 401 401 401 401 | 401 401  401 401 401 | 401 401
POST   /v1/logs                                  acme          401 200  | 401 401 401 401 401 401 401 | 401 401  401 401 401 | 401 401
                                                 globex        401 none | 401 401 401 401 401 401 401 | 401 401  401 401 401 | 401 401
POST   /services/collector                       acme          401 200  | 403 403 403 403 403 403 403 | 401 401  401 401 401 | 401 401
                                                 globex        401 400  | 403 403 403 403 403 403 403 | 401 401  401 401 401 | 401 401
POST   /services/collector/event                 acme          401 200  | 403 403 403 403 403 403 403 | 401 401  401 401 401 | 401 401
                                                 globex        401 400  | 403 403 403 403 403 403 403 | 401 401  401 401 401 | 401 401

GET    /v1/tenants/{tenant}/policy               acme          401 401  | 200 200 200 200 403 403 403 | 200 200  200 200 200 | 403 200
                                                 globex        401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
PUT    /v1/tenants/{tenant}/policy               acme          401 401  | 403 403 403 200 403 403 403 | 403 403  403 403 200 | 403 200
                                                 globex        401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
GET    /v1/tenants/{tenant}/policy/history       acme          401 401  | 200 200 200 200 403 403 403 | 200 200  200 200 200 | 403 200
                                                 globex        401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
POST   /v1/tenants/{tenant}/policy/history/{change}/review acme 401 401 | 403 403 403 201 403 403 403 | 403 403 403 403 201 | 403 201
                                                 globex        401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 201
POST   /v1/tenants/{tenant}/policy/preview       acme          401 401  | 403 403 403 200 403 403 403 | 403 403  403 403 200 | 403 200
                                                 globex        401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
POST   /v1/tenants/{tenant}/step-up/decisions    acme          401 401  | 403 403 403 200 200 403 403 | 403 403  403 403 200 | 403 200
                                                 globex        401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200

GET    /v1/tenants                               -             401 401  | 200 200 200 200 403 403 403 | 200 200  200 200 200 | 403 200
GET    /v1/tenants/{tenant}/overview             acme          401 401  | 200 200 200 200 403 403 403 | 200 200  200 200 200 | 403 200
                                                 globex        401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
GET    /v1/tenants/{tenant}/records/{seq}/challenge acme        401 401  | 200 200 200 200 403 403 403 | 200 404  200 200 200 | 403 200
                                                 globex        401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
                                                 _system       401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 404
GET    /v1/tenants/{tenant}/records/{seq}/proof  acme          401 401  | 200 200 200 200 403 403 403 | 200 404  200 200 200 | 403 200
                                                 globex        401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
                                                 _system       401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
GET    /v1/tenants/{tenant}/controls             acme          401 401  | 200 200 200 200 403 403 403 | 200 403  200 200 200 | 403 200
                                                 globex        401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
GET    /v1/tenants/{tenant}/controls/{id}        acme          401 401  | 200 200 200 200 403 403 403 | 200 403  200 200 200 | 403 200
                                                 globex        401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
POST   /v1/tenants/{tenant}/controls/run         acme          401 401  | 403 202 403 202 403 403 403 | 403 403  202 403 202 | 403 202
                                                 globex        401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 202

POST   /v1/tenants/{tenant}/records/search       acme          401 401  | 200 200 200 200 403 403 403 | 200 none 200 200 200 | 403 200
                                                 acme:personal 401 401  | 403 403 403 403 403 403 403 | 200 none 200 200 200 | 403 200
                                                 globex        401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
                                                 _system       401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
POST   /v1/tenants/{tenant}/records/facets       acme          401 401  | 200 200 200 200 403 403 403 | 200 none 200 200 200 | 403 200
                                                 acme:personal 401 401  | 403 403 403 403 403 403 403 | 200 none 200 200 200 | 403 200
                                                 globex        401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
                                                 _system       401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
GET    /v1/tenants/{tenant}/records/{seq}        acme          401 401  | 200 200 200 200 403 403 403 | 200 404  200 200 200 | 403 200
                                                 globex        401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
                                                 _system       401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
GET    /v1/tenants/{tenant}/records/{seq}/values acme          401 401  | 403 403 403 403 403 403 403 | 200 404  200 200 200 | 403 200
                                                 globex        401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
                                                 _system       401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200

POST   /v1/tenants/{tenant}/bundles              acme          401 401  | 403 403 403 403 403 403 403 | 202 403  202 202 202 | 403 202
                                                 globex        401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 202
                                                 _system       401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 202
GET    /v1/tenants/{tenant}/bundles              acme          401 401  | 200 200 200 200 403 403 403 | 200 none 200 200 200 | 403 200
                                                 globex        401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
                                                 _system       401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
GET    /v1/tenants/{tenant}/bundles/{id}         acme          401 401  | 200 200 200 200 403 403 403 | 200 403  200 200 200 | 403 200
                                                 globex        401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
                                                 _system       401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
GET    /v1/tenants/{tenant}/bundles/{id}/content acme          401 401  | 403 403 403 403 403 403 403 | 200 403  200 200 200 | 403 200
                                                 globex        401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
                                                 _system       401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
POST   /v1/tenants/{tenant}/bundles/{id}/approval acme         401 401  | 403 403 403 403 403 403 403 | 403 403  403 202 202 | 403 202
                                                 globex        401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 202

GET    /v1/tenants/{tenant}/findings             acme          401 401  | 200 200 403 200 403 403 403 | 200 none 200 403 200 | 403 200
                                                 globex        401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
GET    /v1/tenants/{tenant}/findings/{finding}   acme          401 401  | 200 200 403 200 403 403 403 | 200 404  200 403 200 | 403 200
                                                 globex        401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
POST   /v1/tenants/{tenant}/findings/{finding}/acknowledge acme 401 401 | 403 200 403 200 403 403 403 | 403 403 200 403 200 | 403 200
                                                 globex        401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
POST   /v1/tenants/{tenant}/findings/{finding}/answer acme     401 401 | 403 200 403 200 403 403 403 | 403 403 200 403 200 | 403 200
                                                 globex        401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
POST   /v1/tenants/{tenant}/findings/{finding}/resolve acme    401 401 | 403 200 403 200 403 403 403 | 403 403 200 403 200 | 403 200
                                                 globex        401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
POST   /v1/tenants/{tenant}/reports              acme          401 401  | 403 403 403 403 403 403 403 | 200 403  200 200 200 | 403 200
                                                 globex        401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
GET    /v1/controls                              -             401 401  | 200 200 200 200 403 403 403 | 200 200  200 200 200 | 403 200

GET    /scim/v2/Users                            -             401 200  | 403 403 403 403 403 200 403 | 401 401  401 401 401 | 401 401
POST   /scim/v2/Users                            -             401 201  | 403 403 403 403 403 201 403 | 401 401  401 401 401 | 401 401
POST   /scim/v2/Users/.search                    -             401 200  | 403 403 403 403 403 200 403 | 401 401  401 401 401 | 401 401
GET    /scim/v2/Users/{id}                       -             401 404  | 403 403 403 403 403 404 403 | 401 401  401 401 401 | 401 401
PUT    /scim/v2/Users/{id}                       -             401 404  | 403 403 403 403 403 404 403 | 401 401  401 401 401 | 401 401
PATCH  /scim/v2/Users/{id}                       -             401 404  | 403 403 403 403 403 404 403 | 401 401  401 401 401 | 401 401
DELETE /scim/v2/Users/{id}                       -             401 404  | 403 403 403 403 403 404 403 | 401 401  401 401 401 | 401 401
GET    /scim/v2/Groups                           -             401 200  | 403 403 403 403 403 200 403 | 401 401  401 401 401 | 401 401
POST   /scim/v2/Groups                           -             401 201  | 403 403 403 403 403 201 403 | 401 401  401 401 401 | 401 401
POST   /scim/v2/Groups/.search                   -             401 200  | 403 403 403 403 403 200 403 | 401 401  401 401 401 | 401 401
GET    /scim/v2/Groups/{id}                      -             401 404  | 403 403 403 403 403 404 403 | 401 401  401 401 401 | 401 401
PUT    /scim/v2/Groups/{id}                      -             401 404  | 403 403 403 403 403 404 403 | 401 401  401 401 401 | 401 401
PATCH  /scim/v2/Groups/{id}                      -             401 404  | 403 403 403 403 403 404 403 | 401 401  401 401 401 | 401 401
DELETE /scim/v2/Groups/{id}                      -             401 404  | 403 403 403 403 403 404 403 | 401 401  401 401 401 | 401 401
GET    /scim/v2/{endpoint}                       -             401 404  | 403 403 403 403 403 404 403 | 401 401  401 401 401 | 401 401
POST   /scim/v2/{endpoint}                       -             401 404  | 403 403 403 403 403 404 403 | 401 401  401 401 401 | 401 401
GET    /scim/v2/ServiceProviderConfig            -             401 200  | 403 403 403 403 403 200 403 | 401 401  401 401 401 | 401 401
GET    /scim/v2/Schemas                          -             401 200  | 403 403 403 403 403 200 403 | 401 401  401 401 401 | 401 401
GET    /scim/v2/Schemas/{id}                     -             401 404  | 403 403 403 403 403 404 403 | 401 401  401 401 401 | 401 401
GET    /scim/v2/ResourceTypes                    -             401 200  | 403 403 403 403 403 200 403 | 401 401  401 401 401 | 401 401
GET    /scim/v2/ResourceTypes/{id}               -             401 404  | 403 403 403 403 403 404 403 | 401 401  401 401 401 | 401 401

GET    /{region}/{tenant}/checkpoint             acme          401 401  | 403 403 403 403 403 403 200 | 403 403  403 403 403 | 403 403
                                                 globex        401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 403
                                                 _system       401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 403
GET    /{region}/{tenant}/tile/entries/{path}    acme          401 401  | 403 403 403 403 403 403 200 | 403 403  403 403 403 | 403 403
                                                 globex        401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 403
                                                 _system       401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 403
GET    /{region}/{tenant}/tile/{path}            acme          401 401  | 403 403 403 403 403 403 200 | 403 403  403 403 403 | 403 403
                                                 globex        401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 403
                                                 _system       401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 403
GET    /{region}/{tenant}/remaining/{path}       acme          401 401  | 403 403 403 403 403 403 200 | 403 403  403 403 403 | 403 403
                                                 globex        401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 403
                                                 _system       401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 403
GET    /v1/mirrors                               -             401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
GET    /v1/mirrors/{mirror}/checkpoint           -             401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 403
GET    /v1/mirrors/{mirror}/tile/{path}          -             401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 403
GET    /v1/mirrors/{mirror}/remaining/{path}     -             401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 403

POST   /v1/privacy/erasures                      acme          401 401  | 403 403 404 403 403 403 403 | 403 403  403 404 403 | 403 403
                                                 globex        401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 403
GET    /v1/privacy/erasures/{id}                 -             401 401  | 403 403 404 403 403 403 403 | 403 403  403 404 403 | 403 403

GET    /v1/admin/sources                         -             401 401  | 403 403 403 200 403 403 403 | 403 403  403 403 200 | 403 200
GET    /v1/admin/source-kinds                    -             401 401  | 403 403 403 200 403 403 403 | 403 403  403 403 200 | 403 200
POST   /v1/admin/sources                         acme          401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 201 | 403 201
                                                 globex        401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 201
POST   /v1/admin/sources/{source}/test-event     acme          401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 201 | 403 201
                                                 globex        401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 404 | 403 201
DELETE /v1/admin/sources/{source}                acme          401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 200 | 403 200
                                                 globex        401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 404 | 403 200
GET    /v1/admin/users                           -             401 401  | 403 403 403 200 403 403 403 | 403 403  403 403 200 | 403 200
POST   /v1/admin/users                           acme          401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 201 | 403 201
                                                 globex        401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 201
POST   /v1/admin/users/{id}/invite               acme          401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 200 | 403 200
                                                 globex        401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 404 | 403 200
POST   /v1/admin/users/{id}/disable              acme          401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 200 | 403 200
                                                 globex        401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 404 | 403 200
POST   /v1/admin/users/{id}/enable               acme          401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 409 | 403 409
                                                 globex        401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 404 | 403 409
POST   /v1/admin/users/{id}/unlock               acme          401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 409 | 403 409
                                                 globex        401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 404 | 403 409
POST   /v1/admin/users/{id}/reset-factors        acme          401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 200 | 403 200
                                                 globex        401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 404 | 403 200
DELETE /v1/admin/users/{id}                      acme          401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 204 | 403 204
                                                 globex        401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 404 | 403 204
GET    /v1/admin/tokens                          -             401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
POST   /v1/admin/tokens                          -             401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 201
DELETE /v1/admin/tokens/{operator}               -             401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 404
GET    /v1/admin/tenants                         -             401 401  | 403 403 403 200 403 403 403 | 403 403  403 403 200 | 403 200
POST   /v1/admin/tenants                         -             401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 201
GET    /v1/admin/keys                            -             401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
GET    /v1/admin/regions                         -             401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
GET    /v1/admin/backups                         -             401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
GET    /v1/admin/health                          -             401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200

GET    /v1/documents                             -             401 401  | 200 200 200 200 403 403 403 | 200 200  200 200 200 | 403 200
POST   /v1/documents                             -             401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 201
GET    /v1/documents/nda                         -             401 401  | 403 403 403 403 403 403 403 | 200 200  200 200 200 | 403 200
GET    /v1/documents/{id}                        -             401 401  | 403 403 403 403 403 403 403 | 200 200  200 200 200 | 403 200
                                                 -:nda         401 401  | 403 403 403 403 403 403 403 | 403 403  200 200 200 | 403 200
                                                 -:internal    401 401  | 403 403 403 403 403 403 403 | 404 404  200 200 200 | 403 200
POST   /v1/documents/nda/acceptance              -             401 401  | 403 403 403 403 403 403 403 | 200 200  200 200 200 | 403 200
GET    /v1/documents/{id}/versions/{version}/file -            401 401  | 403 403 403 403 403 403 403 | 200 200  200 200 200 | 403 200
                                                 -:nda         401 401  | 403 403 403 403 403 403 403 | 200 200  200 200 200 | 403 200
                                                 -:internal    401 401  | 403 403 403 403 403 403 403 | 404 404  200 200 200 | 403 200
PATCH  /v1/documents/{id}                        -             401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
POST   /v1/documents/{id}/versions               -             401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 201
POST   /v1/documents/{id}/versions/{version}/withdraw -        401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
GET    /trust                                    -             200 200  | 200 200 200 200 200 200 200 | 200 200  200 200 200 | 200 200
POST   /trust/requests                           -             202 202  | 202 202 202 202 202 202 202 | 202 202  202 202 202 | 202 202
GET    /v1/trust                                 -             200 200  | 200 200 200 200 200 200 200 | 200 200  200 200 200 | 200 200
POST   /v1/trust/requests                        -             202 202  | 202 202 202 202 202 202 202 | 202 202  202 202 202 | 202 202
GET    /v1/trust/documents/{id}/file             -             200 200  | 200 200 200 200 200 200 200 | 200 200  200 200 200 | 200 200
                                                 -:nda         404 404  | 404 404 404 404 404 404 404 | 404 404  404 404 404 | 404 404
                                                 -:internal    404 404  | 404 404 404 404 404 404 404 | 404 404  404 404 404 | 404 404
GET    /v1/access-requests                       -             401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
POST   /v1/access-requests/{id}/approve          -             401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 201
POST   /v1/access-requests/{id}/refuse           -             401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
DELETE /v1/access-requests/{id}                  -             401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 204
GET    /v1/questionnaires                        -             401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
POST   /v1/questionnaires                        -             401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 201
GET    /v1/questionnaires/{id}                   -             401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
DELETE /v1/questionnaires/{id}                   -             401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 204
GET    /v1/questionnaires/{id}/questions         -             401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
GET    /v1/questionnaires/{id}/sheet             -             401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
GET    /v1/questionnaires/{id}/file              -             401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
PUT    /v1/questionnaires/{id}/layouts           -             401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
POST   /v1/questionnaires/{id}/answers           -             401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
POST   /v1/questionnaires/{id}/answers/withdraw  -             401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
POST   /v1/questionnaires/{id}/export            -             401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
GET    /v1/answers                               -             401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
GET    /v1/answers/facts                         -             401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
POST   /v1/answers/preview                       -             401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
PUT    /v1/answers/{id}                          -             401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
DELETE /v1/answers/{id}                          -             401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 204
POST   /v1/answers/{id}/adoption                 -             401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 200
DELETE /v1/answers/{id}/adoption                 -             401 401  | 403 403 403 403 403 403 403 | 403 403  403 403 403 | 403 204

GET    /v1/session                               -             401 401  | 401 401 401 401 401 401 401 | 200 200  200 200 200 | 200 200
POST   /v1/session/challenges                    -             401 401  | 401 401 401 401 401 401 401 | 201 201  201 201 201 | 201 201
POST   /v1/session/challenges/{id}               -             401 401  | 401 401 401 401 401 401 401 | 404 404  404 404 404 | 404 404
POST   /v1/account/passkeys                      -             401 401  | 401 401 401 401 401 401 401 | 404 404  404 404 404 | 403 404
POST   /v1/account/passkeys/options              -             401 401  | 401 401 401 401 401 401 401 | 201 201  201 201 201 | 403 201
DELETE /v1/account/passkeys/{id}                 -             401 401  | 401 401 401 401 401 401 401 | 404 404  404 404 404 | 403 404
POST   /v1/account/totp                          -             401 401  | 401 401 401 401 401 401 401 | 201 201  201 201 201 | 403 201
POST   /v1/account/totp/confirmation             -             401 401  | 401 401 401 401 401 401 401 | 200 200  200 200 200 | 403 200
DELETE /v1/account/totp                          -             401 401  | 401 401 401 401 401 401 401 | 409 409  409 409 409 | 403 409
POST   /v1/account/recovery-codes                -             401 401  | 401 401 401 401 401 401 401 | 201 201  201 201 201 | 403 201
PUT    /v1/account/password                      -             401 401  | 401 401 401 401 401 401 401 | 204 204  204 204 204 | 403 204
POST   /v1/session/recovery                      -             401 401  | 401 401 401 401 401 401 401 | 200 200  200 200 200 | 200 200
DELETE /v1/session                               -             401 401  | 401 401 401 401 401 401 401 | 204 204  204 204 204 | 204 204

GET    /v1/oidc                                  -             200 200  | 200 200 200 200 200 200 200 | 200 200  200 200 200 | 200 200
GET    /v1/oidc/{name}/sign-in                   -             502 502  | 502 502 502 502 502 502 502 | 502 502  502 502 502 | 502 502
GET    /v1/oidc/{name}/callback                  -             400 400  | 400 400 400 400 400 400 400 | 400 400  400 400 400 | 400 400
POST   /v1/oidc/{name}/back-channel-logout       -             400 400  | 400 400 400 400 400 400 400 | 400 400  400 400 400 | 400 400
POST   /v1/invitations                           -             201 201  | 201 201 201 201 201 201 201 | 201 201  201 201 201 | 201 201
POST   /v1/session                               -             201 201  | 201 201 201 201 201 201 201 | 201 201  201 201 201 | 201 201
"""
METHODS = ("GET", "PUT", "POST", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE")


def rows():
    """(route, scope, {asker: cell}) of each line, in the table's order."""
    route = None
    for line in TABLE.splitlines()[3:]:
        words = line.replace("|", " ").split()
        if not words:
            continue
        if words[0] in METHODS:
            route, words = f"{words[0]} {words[1]}", words[2:]
        scope, *cells = words
        assert len(cells) == len(ASKERS), f"{route} {scope} has {len(cells)} cells for {len(ASKERS)} askers"
        yield route, scope, dict(zip(ASKERS, cells))


def is_empty(answer):
    """Whether an answer shows nothing, or says that nothing was taken."""
    if not isinstance(answer, dict):
        return False
    if "finding" in answer:
        return False  # it may be without records
    lists = [answer[name] for name in ("records", "bundles", "values", "findings") if isinstance(answer.get(name), list)]
    return answer.get("counted") == 0 or any(not one for one in lists) or "rejectedLogRecords" in answer.get("partialSuccess", {})


def cell_of(status, answer):
    return "none" if status == 200 and is_empty(answer) else str(status)


class Matrix(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.setting = Setting()
        cls.addClassCleanup(cls.setting.close)

    def document(self):
        status, _, text = self.setting.appliance.request("GET", "/v1/openapi.json")
        self.assertEqual(status, 200)
        return {f"{method.upper()} {path}" for path, item in json.loads(text)["paths"].items() for method in item if method.upper() in METHODS}

    def test_every_route_has_a_row_and_every_row_a_route(self):
        routes, scopes = self.document(), {}
        for route, scope, _ in rows():
            self.assertNotIn(scope, scopes.setdefault(route, []), f"{route} has two lines of {scope}")
            scopes[route].append(scope)
        self.assertEqual(routes - scopes.keys(), set(), "routes without a row in the table")
        self.assertEqual(scopes.keys() - routes, set(), "rows without a route")
        self.assertEqual(scopes.keys(), MAKERS.keys(), "each row has a request, and each request a row")
        for route, found in scopes.items():
            if "{tenant}" in route or len(found) > 1:
                self.assertTrue(found[0] == "-" or {"acme", "globex"} <= set(found), f"{route} names a tenant: it has lines of acme and globex")

    def test_everybody_is_answered_as_the_table_says(self):
        differ = []
        for route, scope, cells in rows():
            for asker, expected in cells.items():
                status, _, answer = Case(self.setting, asker, scope).ask(route)
                if cell_of(status, answer) != expected:
                    why = answer.get("detail", "") if isinstance(answer, dict) else ""
                    differ.append(f"{route} {scope}, {asker}: {expected} expected, {cell_of(status, answer)} answered {why}")
        self.assertEqual(differ, [], "\n" + "\n".join(differ))
        # What was refused was not taken all the same.
        # Tests of its source are the appliance's own.
        self.assertEqual({record["source"] for record in self.setting.appliance.records("globex")} - {"countersign"}, {"filling"})

    def test_no_session_changes_anything_without_its_csrf_token(self):
        clerk = self.setting.clerk
        forged = Asker(self.setting.appliance, "forged", person=clerk)
        kept, clerk.csrf = clerk.csrf, None
        self.addCleanup(setattr, clerk, "csrf", kept)
        changing = [(route, cells) for route, scope, cells in rows() if scope in ("-", "acme") and not route.startswith("GET ")]
        taken = [route for route, cells in changing if cells["nobody"] == "401" and cells["all tenants"] != "401"]
        self.assertGreater(len(taken), 15)
        for route in taken:
            method, path = route.split(" ")
            status, _, problem = forged.ask(method, path.format(tenant="acme", id="0" * 32, finding="0" * 16, change="0" * 32, source="app", operator="nobody", version=1), {})
            self.assertEqual((status, "csrf_token" in problem.get("detail", "")), (403, True), (route, problem))


if __name__ == "__main__":
    unittest.main()
