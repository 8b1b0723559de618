//! Groups, and who is assigned to which application.

statements! {
    /// The groups of a person.
    LIST_GROUPS_OF on "group_members" gives ["group_id"]: "
        SELECT group_id FROM group_members WHERE tenant_id = $1 AND user_id = $2 ORDER BY group_id";

    /// A group.
    FIND_GROUP on "groups" gives ["document"]: "
        SELECT document FROM groups WHERE tenant_id = $1 AND id = $2";

    /// Writes a group.
    UPSERT_GROUP on "groups": "
        INSERT INTO groups (tenant_id, id, document) VALUES ($1, $2, $3)
        ON CONFLICT (tenant_id, id) DO UPDATE SET document = excluded.document";

    /// Takes a group away, with its memberships.
    FORGET_GROUP on "groups": "
        DELETE FROM groups WHERE tenant_id = $1 AND id = $2";

    /// Makes a person a member of a group.
    ADD_MEMBER on "group_members": "
        INSERT INTO group_members (tenant_id, group_id, user_id) VALUES ($1, $2, $3)
        ON CONFLICT (tenant_id, group_id, user_id) DO NOTHING";

    /// Ends a membership.
    FORGET_MEMBER on "group_members": "
        DELETE FROM group_members WHERE tenant_id = $1 AND group_id = $2 AND user_id = $3";

    /// How a person is assigned to an application, by themselves and by their groups.
    FIND on "assignments" gives ["assignee_kind", "assignee", "role"]: "
        SELECT assignee_kind, assignee, role FROM assignments
        WHERE tenant_id = $1 AND client_id = $2 AND assignee_kind = 'user' AND assignee = $3
        UNION ALL
        SELECT assignments.assignee_kind, assignments.assignee, assignments.role FROM group_members
        JOIN assignments ON assignments.tenant_id = group_members.tenant_id AND assignments.client_id = $2
            AND assignments.assignee_kind = 'group' AND assignments.assignee = group_members.group_id
        WHERE group_members.tenant_id = $1 AND group_members.user_id = $3";

    /// Who is assigned to an application.
    LIST on "assignments" gives ["assignee_kind", "assignee", "role"]: "
        SELECT assignee_kind, assignee, role FROM assignments
        WHERE tenant_id = $1 AND client_id = $2 ORDER BY assignee_kind, assignee, role";

    /// Assigns somebody to an application.
    ADD on "assignments": "
        INSERT INTO assignments (tenant_id, client_id, assignee_kind, assignee, role) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (tenant_id, client_id, assignee_kind, assignee, role) DO NOTHING";

    /// Ends an assignment.
    FORGET on "assignments": "
        DELETE FROM assignments
        WHERE tenant_id = $1 AND client_id = $2 AND assignee_kind = $3 AND assignee = $4 AND role = $5";

    /// Ends every assignment of somebody.
    FORGET_ASSIGNEE on "assignments": "
        DELETE FROM assignments WHERE tenant_id = $1 AND assignee = $2 AND assignee_kind = $3";
}
