//! Names and numbers in clear, each time for a reason.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, InputObject, Result, SimpleObject, Union};
use sigeyi_domain::{
    Rejection,
    access::{Denial, Purpose},
};
use sigeyi_engine::{PersonalData, RevealedFields};
use uuid::Uuid;

use super::{
    codes::Code,
    errors::{forbidden, of_question, rate_limited},
    mutation::Rejected,
    parse,
    refusal::Refusal,
    service::Service,
};
use crate::scope::{Justified, Scope};

/// What says who somebody is, where he or she lives, or how to reach him or her. 个人信息项
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum PersonalField {
    /// Name. 姓名
    Name,
    /// Certificate number. 残疾人证号
    Certificate,
    /// Phone. 联系电话
    Phone,
    /// Address. 联系地址
    Address,
}

/// Whose data are to be shown in clear, which, and why. 显示个人信息
#[derive(InputObject)]
pub(crate) struct RevealPersonalDataInput {
    /// Whose. 人员
    person_id: ID,
    /// Which. 个人信息项
    fields: Vec<PersonalField>,
    /// What for: it must go with one of the roles, and is written down. 用途
    purpose: Code<Purpose>,
    /// Why, in 4 to 500 characters; it is written down. 理由
    reason: String,
}

/// What became of it. 结果
#[derive(Union)]
pub(crate) enum RevealResult {
    /// It is shown.
    Revealed(Revealed),
    /// It was refused, and nothing is shown.
    Rejected(Rejected),
}

/// What was asked for, in clear; what was not asked for is null, and so is what the register does not have. 个人信息
#[derive(SimpleObject)]
pub(crate) struct Revealed {
    /// Whose. 人员
    person_id: ID,
    /// Name. 姓名
    name: Option<String>,
    /// Certificate number. 残疾人证号
    certificate: Option<String>,
    /// Phone. 联系电话
    phone: Option<String>,
    /// Address. 联系地址
    address: Option<String>,
}

impl PersonalField {
    const ALL: [PersonalField; 4] =
        [PersonalField::Name, PersonalField::Certificate, PersonalField::Phone, PersonalField::Address];

    /// As the access log has it.
    pub(super) fn logged(self) -> RevealedFields {
        match self {
            PersonalField::Name => RevealedFields::NAME,
            PersonalField::Certificate => RevealedFields::CERTIFICATE,
            PersonalField::Phone => RevealedFields::PHONE,
            PersonalField::Address => RevealedFields::ADDRESS,
        }
    }

    /// Those of an entry of the access log.
    pub(super) fn of(fields: RevealedFields) -> Vec<PersonalField> {
        PersonalField::ALL.into_iter().filter(|field| fields.has(field.logged())).collect()
    }
}

/// Shows what is asked for, if it may be. That it is written down first is seen to where the answer leaves.
pub(crate) async fn reveal(ctx: &Context<'_>, input: RevealPersonalDataInput) -> Result<RevealResult> {
    let scope = Scope::of(ctx)?;
    let service = ctx.data::<Arc<Service>>()?.clone();
    // Whoever has not proven who it is would be shown what nobody could answer for.
    if !scope.subject().is_known {
        return Err(forbidden(Denial::NotPermitted));
    }
    let reason = match parse::reason(&input.reason) {
        Ok(reason) => reason,
        Err(refusal) => return Ok(rejected(refusal)),
    };
    service.reveals.take(&scope.subject().actor, 1).map_err(rate_limited)?;
    let fields = input.fields.iter().fold(RevealedFields::NONE, |all, field| all.with(field.logged()));
    let because = Justified { purpose: input.purpose.0, reason, fields };
    let reading = Arc::new(service.engine.read());
    // What is no id is nobody's.
    let id = Uuid::parse_str(&input.person_id).unwrap_or_default();
    let Some(person) = scope.reveal(&reading, id, because)? else {
        return Ok(rejected(Rejection::UnknownPerson.into()));
    };
    let data = tokio::task::spawn_blocking(move || reading.personal_data(person)).await;
    let data = data.map_err(|_| "the log could not be read")?.map_err(of_question)?.unwrap_or_default();
    Ok(RevealResult::Revealed(Revealed::of(person, data, &input.fields)))
}

impl Revealed {
    fn of(person: Uuid, data: PersonalData, fields: &[PersonalField]) -> Revealed {
        let asked = |field, value: Option<String>| value.filter(|_| fields.contains(&field));
        Revealed {
            person_id: person.into(),
            name: asked(PersonalField::Name, data.name),
            certificate: asked(PersonalField::Certificate, data.certificate),
            phone: asked(PersonalField::Phone, data.phone),
            address: asked(PersonalField::Address, data.address),
        }
    }
}

fn rejected(refusal: Refusal) -> RevealResult {
    RevealResult::Rejected(Rejected::of(refusal))
}
