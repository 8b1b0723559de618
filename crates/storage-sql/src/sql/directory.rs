//! Tenants, people, applications.

statements! {
    /// A tenant by id.
    FIND_TENANT on "tenants" gives ["id", "document"]: "
        SELECT id, document FROM tenants WHERE id = $1";

    /// A tenant by domain.
    FIND_TENANT_BY_DOMAIN on "tenants" gives ["id", "document"]: "
        SELECT id, document FROM tenants WHERE domain = $1";

    /// The tenant that was made first.
    FIND_FIRST_TENANT on "tenants" gives ["id", "document"]: "
        SELECT id, document FROM tenants ORDER BY position, id LIMIT 1";

    /// Every tenant.
    LIST_TENANTS on "tenants" gives ["id", "document"]: "
        SELECT id, document FROM tenants ORDER BY position, id";

    /// Writes a tenant; one that is there keeps its place in the order.
    UPSERT_TENANT on "tenants": "
        INSERT INTO tenants (id, domain, document, position)
        VALUES ($1, $2, $3, (SELECT COALESCE(MAX(position), 0) + 1 FROM tenants))
        ON CONFLICT (id) DO UPDATE SET domain = excluded.domain, document = excluded.document";

    /// Takes a tenant's domain away until it is written again: no domain begins with a space.
    PARK_DOMAIN on "tenants": "
        UPDATE tenants SET domain = ' ' || id WHERE id = $1";

    /// A person by id.
    FIND_USER on "users" gives ["id", "document"]: "
        SELECT id, document FROM users WHERE tenant_id = $1 AND id = $2";

    /// A person by sign-in name.
    FIND_USER_BY_NAME on "users" gives ["id", "document"]: "
        SELECT id, document FROM users WHERE tenant_id = $1 AND name_key = $2";

    /// A page of people, by sign-in name.
    LIST_USERS on "users" gives ["id", "document"]: "
        SELECT id, document FROM users
        WHERE tenant_id = $1 AND name_key > $2 ORDER BY name_key LIMIT $3";

    /// Writes a person.
    UPSERT_USER on "users": "
        INSERT INTO users (tenant_id, id, name_key, document) VALUES ($1, $2, $3, $4)
        ON CONFLICT (tenant_id, id) DO UPDATE SET name_key = excluded.name_key, document = excluded.document";

    /// Takes a person away, with password and memberships.
    FORGET_USER on "users": "
        DELETE FROM users WHERE tenant_id = $1 AND id = $2";

    /// Takes a person's sign-in name away until it is written again: no name that is compared begins with a space.
    PARK_NAME on "users": "
        UPDATE users SET name_key = ' ' || id WHERE tenant_id = $1 AND id = $2";

    /// An application by client id.
    FIND_APPLICATION on "applications" gives ["client_id", "document"]: "
        SELECT client_id, document FROM applications WHERE tenant_id = $1 AND client_id = $2";

    /// Takes an application away, with its names.
    FORGET_APPLICATION on "applications": "
        DELETE FROM applications WHERE tenant_id = $1 AND client_id = $2";

    /// A page of applications.
    LIST_APPLICATIONS on "applications" gives ["client_id", "document"]: "
        SELECT client_id, document FROM applications
        WHERE tenant_id = $1 AND client_id > $2 ORDER BY client_id LIMIT $3";

    /// An application by identifier URI.
    FIND_APPLICATION_BY_URI on "applications" gives ["client_id", "document"]: "
        SELECT applications.client_id, applications.document FROM identifier_uris
        JOIN applications ON applications.tenant_id = identifier_uris.tenant_id
            AND applications.client_id = identifier_uris.client_id
        WHERE identifier_uris.tenant_id = $1 AND identifier_uris.uri = $2";

    /// An application of another tenant with this identifier URI.
    FIND_URI_ELSEWHERE on "applications" gives ["client_id", "document"]: "
        SELECT applications.client_id, applications.document FROM identifier_uris
        JOIN applications ON applications.tenant_id = identifier_uris.tenant_id
            AND applications.client_id = identifier_uris.client_id
        WHERE identifier_uris.uri = $1 AND identifier_uris.tenant_id <> $2 LIMIT 1";

    /// Writes an application.
    UPSERT_APPLICATION on "applications": "
        INSERT INTO applications (tenant_id, client_id, document) VALUES ($1, $2, $3)
        ON CONFLICT (tenant_id, client_id) DO UPDATE SET document = excluded.document";

    /// Gives up an application's identifier URIs.
    FORGET_URIS on "identifier_uris": "
        DELETE FROM identifier_uris WHERE tenant_id = $1 AND client_id = $2";

    /// Gives an application an identifier URI.
    INSERT_URI on "identifier_uris": "
        INSERT INTO identifier_uris (tenant_id, uri, client_id) VALUES ($1, $2, $3)";

    /// Moves the version of a part of the directory on.
    MOVE_VERSION on "directory_versions": "
        INSERT INTO directory_versions (shard, version) VALUES ($1, 1)
        ON CONFLICT (shard) DO UPDATE SET version = directory_versions.version + 1";

    /// The version of each part that has ever changed.
    LIST_VERSIONS on "directory_versions" gives ["shard", "version"]: "
        SELECT shard, version FROM directory_versions ORDER BY shard";
}
