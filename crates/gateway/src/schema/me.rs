//! Who asks, as the gateway knows it.

use async_graphql::SimpleObject;
use sigeyi_domain::access::{Role, RoleGrant};

use super::{
    codes::{Code, Codes},
    region::Region,
};
use crate::subject::Subject;

/// Who asks. 当前用户
#[derive(SimpleObject)]
pub(crate) struct Me {
    /// Id of the actor that is recorded with commands. 经办人
    actor: String,
    /// Id of the office that is recorded with commands. 经办机构
    office: String,
    /// The roles. What none of them allows is refused. 角色
    roles: Vec<GrantedRole>,
}

/// A role with where it holds. Each region stands for itself and all below it. 角色
#[derive(SimpleObject)]
pub(crate) struct GrantedRole {
    /// Which. 角色
    role: Code<Role>,
    /// The Chinese term. 名称
    label: &'static str,
    /// Where it reads. 可查看地区
    reads: Region,
    /// Where it records; none for a role that does not. 可办理地区
    writes: Option<Region>,
}

impl Me {
    /// What is known of a subject.
    pub(super) fn of(subject: &Subject) -> Me {
        let role = |granted: &RoleGrant| GrantedRole {
            role: Code(granted.role()),
            label: Codes::label(granted.role()),
            reads: Region(granted.reads()),
            writes: granted.writes().map(Region),
        };
        Me {
            actor: subject.actor.to_string(),
            office: subject.office.to_string(),
            roles: subject.grants.roles().map(role).collect(),
        }
    }
}
