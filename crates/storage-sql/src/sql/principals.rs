//! What stands for applications in tenants, and what their names mean in the whole deployment.

statements! {
    /// What stands for an application, with the app roles that it was granted: a row for each, or one without.
    FIND on "service_principals"
    gives ["client_id", "publisher", "document", "granted_app_roles.api_client_id", "granted_app_roles.value"]: "
        SELECT service_principals.client_id, service_principals.publisher, service_principals.document,
            granted_app_roles.api_client_id AS \"granted_app_roles.api_client_id\",
            granted_app_roles.value AS \"granted_app_roles.value\"
        FROM service_principals
        LEFT JOIN granted_app_roles ON granted_app_roles.tenant_id = service_principals.tenant_id
            AND granted_app_roles.client_id = service_principals.client_id
        WHERE service_principals.tenant_id = $1 AND service_principals.client_id = $2";

    /// A page of them.
    LIST on "service_principals"
    gives ["client_id", "publisher", "document", "granted_app_roles.api_client_id", "granted_app_roles.value"]: "
        SELECT service_principals.client_id, service_principals.publisher, service_principals.document,
            granted_app_roles.api_client_id AS \"granted_app_roles.api_client_id\",
            granted_app_roles.value AS \"granted_app_roles.value\"
        FROM service_principals
        LEFT JOIN granted_app_roles ON granted_app_roles.tenant_id = service_principals.tenant_id
            AND granted_app_roles.client_id = service_principals.client_id
        WHERE service_principals.tenant_id = $1 AND service_principals.client_id IN (
            SELECT page.client_id FROM service_principals AS page
            WHERE page.tenant_id = $1 AND page.client_id > $2 ORDER BY page.client_id LIMIT $3)
        ORDER BY service_principals.client_id";

    /// Makes one unless it is there.
    MAKE on "service_principals": "
        INSERT INTO service_principals (tenant_id, client_id, publisher, document) VALUES ($1, $2, $3, $4)
        ON CONFLICT (tenant_id, client_id) DO NOTHING";

    /// Writes one.
    UPSERT on "service_principals": "
        INSERT INTO service_principals (tenant_id, client_id, publisher, document) VALUES ($1, $2, $3, $4)
        ON CONFLICT (tenant_id, client_id) DO UPDATE SET publisher = excluded.publisher, document = excluded.document";

    /// Takes one away, with its app roles and those who are assigned to it.
    FORGET on "service_principals": "
        DELETE FROM service_principals WHERE tenant_id = $1 AND client_id = $2";

    /// The tenants in which something stands for an application.
    LIST_TENANTS_OF on "service_principals" gives ["tenant_id"]: "
        SELECT tenant_id FROM service_principals WHERE client_id = $1 AND publisher = $2";

    /// Grants an app role, unless it is granted.
    GRANT_ROLE on "granted_app_roles": "
        INSERT INTO granted_app_roles (tenant_id, client_id, api_client_id, value) VALUES ($1, $2, $3, $4)
        ON CONFLICT (tenant_id, client_id, api_client_id, value) DO NOTHING";

    /// Takes an application's app roles away.
    FORGET_ROLES on "granted_app_roles": "
        DELETE FROM granted_app_roles WHERE tenant_id = $1 AND client_id = $2";

    /// Takes the app roles of an API away from every application of a tenant.
    FORGET_ROLES_OF_API on "granted_app_roles": "
        DELETE FROM granted_app_roles WHERE tenant_id = $1 AND api_client_id = $2";

    /// The application that a name means.
    FIND_REGISTERED on "applications" gives ["client_id", "document"]: "
        SELECT applications.client_id, applications.document FROM registered_names
        JOIN applications ON applications.tenant_id = registered_names.tenant_id
            AND applications.client_id = registered_names.client_id
        WHERE registered_names.name = $1";

    /// Registers a name unless it is registered.
    REGISTER on "registered_names": "
        INSERT INTO registered_names (name, tenant_id, client_id) VALUES ($1, $2, $3)
        ON CONFLICT (name) DO NOTHING";

    /// Has a name of a tenant mean another one of its applications.
    TURN_NAME on "registered_names": "
        UPDATE registered_names SET client_id = $1 WHERE name = $2 AND tenant_id = $3";

    /// Gives up every name of an application.
    FORGET_NAMES on "registered_names": "
        DELETE FROM registered_names WHERE tenant_id = $1 AND client_id = $2";
}
