//! Who may see and do what.
//!
//! A subject comes with [`Grants`]: roles, each with the region that it may read and the one that it may write. [`decide_access`] says
//! whether they suffice for an [`Action`] on a [`Resource`] for a [`Purpose`], and how much is shown. What nothing allows is denied.
//! The table of rights stands in one place, `access/right.rs`. [`RoleRegister`] says who has been granted what where a register is kept, and
//! [`decide_role_change`] who may change it.

mod action;
mod change;
mod decide;
mod grants;
mod names;
mod reach;
mod register;
mod resource;
mod right;
mod role;

pub use action::Action;
pub use change::{Authority, RoleChange, RoleContext, RoleRejection, decide_role_change};
pub use decide::{Access, Denial, Mask, decide_access};
pub use grants::{BreakGlass, GrantError, Grants, RoleGrant};
pub use reach::{reach, usual_purpose};
pub use register::{Mark, RegisterEntry, RoleRegister, RoleState};
pub use resource::Resource;
pub use role::{Purpose, Role};
