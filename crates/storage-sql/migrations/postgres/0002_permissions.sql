-- Applications in the tenants that know them: what stands for one there, who is assigned to it, who asked for it.
-- Times are milliseconds since 1970, documents JSON, digests 32 bytes, and keys that are texts compare by
-- their bytes, as before.

-- What stands for an application in a tenant: its publisher's, and each other one that let it in.
CREATE TABLE service_principals (
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    client_id TEXT COLLATE "C" NOT NULL,
    publisher UUID NOT NULL, -- the tenant that registered the application
    document TEXT NOT NULL,
    PRIMARY KEY (tenant_id, client_id)
);
CREATE INDEX service_principals_by_application ON service_principals (client_id);

-- One row per app role of an API that an application was granted.
CREATE TABLE granted_app_roles (
    tenant_id UUID NOT NULL,
    client_id TEXT COLLATE "C" NOT NULL,
    api_client_id TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, client_id, api_client_id, value),
    FOREIGN KEY (tenant_id, client_id) REFERENCES service_principals (tenant_id, client_id) ON DELETE CASCADE
);

-- What a name means in the whole deployment: each client id, and each identifier URI of an application for several tenants.
CREATE TABLE registered_names (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    tenant_id UUID NOT NULL,
    client_id TEXT COLLATE "C" NOT NULL,
    FOREIGN KEY (tenant_id, client_id) REFERENCES applications (tenant_id, client_id) ON DELETE CASCADE
);
CREATE INDEX registered_names_by_application ON registered_names (tenant_id, client_id);

-- A name that several tenants share must be nobody else's in any tenant.
CREATE INDEX identifier_uris_by_uri ON identifier_uris (uri);

CREATE TABLE groups (
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    id UUID NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE group_members (
    tenant_id UUID NOT NULL,
    group_id UUID NOT NULL,
    user_id UUID NOT NULL,
    PRIMARY KEY (tenant_id, group_id, user_id),
    FOREIGN KEY (tenant_id, group_id) REFERENCES groups (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX group_members_by_user ON group_members (tenant_id, user_id);

CREATE TABLE assignments (
    tenant_id UUID NOT NULL,
    client_id TEXT COLLATE "C" NOT NULL,
    assignee_kind TEXT COLLATE "C" NOT NULL, -- 'user' or 'group'
    assignee UUID NOT NULL,
    role TEXT COLLATE "C" NOT NULL, -- an app role's name, or '' for none in particular
    PRIMARY KEY (tenant_id, client_id, assignee_kind, assignee, role),
    FOREIGN KEY (tenant_id, client_id) REFERENCES service_principals (tenant_id, client_id) ON DELETE CASCADE
);
CREATE INDEX assignments_by_assignee ON assignments (tenant_id, assignee);

-- Everything that one person, or an administrator for everyone, has allowed.
CREATE INDEX consents_by_principal ON consents (tenant_id, principal);

-- Wishes that an administrator allow something: one of each person for each application.
CREATE TABLE consent_requests (
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    client_id TEXT COLLATE "C" NOT NULL,
    user_id UUID NOT NULL,
    id UUID NOT NULL,
    document TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, client_id, user_id)
);
CREATE INDEX consent_requests_by_id ON consent_requests (tenant_id, id);

-- Wrong passwords since the right one. Apart from the passwords, which are written seldom.
CREATE TABLE password_tries (
    tenant_id UUID NOT NULL,
    user_id UUID NOT NULL,
    wrong_tries BIGINT NOT NULL,
    locked_until BIGINT,
    PRIMARY KEY (tenant_id, user_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE credential_uses (
    tenant_id UUID NOT NULL,
    client_id TEXT COLLATE "C" NOT NULL,
    credential TEXT COLLATE "C" NOT NULL, -- a text that names it and is no secret
    used_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, client_id, credential)
);

-- The applications that somebody signed in to during a browser session.
CREATE TABLE session_clients (
    tenant_id UUID NOT NULL,
    sid TEXT COLLATE "C" NOT NULL,
    client_id TEXT COLLATE "C" NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, sid, client_id)
);
CREATE INDEX session_clients_by_end ON session_clients (expires_at);

-- Of no tenant: whose people may answer is in the document, and who has answered is known afterwards.
CREATE TABLE device_codes (
    digest BYTEA NOT NULL PRIMARY KEY,
    user_code BYTEA NOT NULL UNIQUE, -- a digest too
    document TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    answer TEXT, -- 'approved' or 'declined'
    approval TEXT, -- who said yes: there when, and only when, it was approved
    spent_at BIGINT
);
CREATE INDEX device_codes_by_end ON device_codes (expires_at);

-- What is there already. When an application was made was not kept. In what is read here, a zero that some name may hold
-- becomes a space: the server reads no document that has one.
INSERT INTO service_principals (tenant_id, client_id, publisher, document)
SELECT tenant_id, client_id, tenant_id, '{"enabled":true,"assignment_required":false,"created_at":0}' FROM applications;

INSERT INTO granted_app_roles (tenant_id, client_id, api_client_id, value)
SELECT applications.tenant_id, applications.client_id, role.value ->> 'api', role.value ->> 'value'
FROM applications,
    json_array_elements(
        COALESCE(replace(applications.document, '\u0000', '\u0020')::json -> 'granted_app_roles', '[]')
    ) AS role (value)
WHERE TRUE
ON CONFLICT DO NOTHING;

-- Two tenants may have registered one client id: it is the older tenant's, and the other's application is still found in its
-- own tenant. A client id goes before an identifier URI of the same text.
INSERT INTO registered_names (name, tenant_id, client_id)
SELECT applications.client_id, applications.tenant_id, applications.client_id
FROM applications JOIN tenants ON tenants.id = applications.tenant_id
WHERE TRUE ORDER BY tenants.position, tenants.id
ON CONFLICT (name) DO NOTHING;

INSERT INTO registered_names (name, tenant_id, client_id)
SELECT identifier_uris.uri, identifier_uris.tenant_id, identifier_uris.client_id
FROM identifier_uris
JOIN applications ON applications.tenant_id = identifier_uris.tenant_id
    AND applications.client_id = identifier_uris.client_id
JOIN tenants ON tenants.id = identifier_uris.tenant_id
WHERE replace(applications.document, '\u0000', '\u0020')::json ->> 'sign_in_audience' <> 'this-organization'
ORDER BY tenants.position, tenants.id
ON CONFLICT (name) DO NOTHING;
