//! The table of rights: which role may do what, where, for which purposes.

use super::{Action, Mask, Purpose, Role};

/// How far a right of a role reaches, and how much it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Right {
    /// No right.
    Never,
    /// Where the role reads.
    Reading(Mask),
    /// Where the role reads, and where the glass was broken.
    ReadingOrGlass(Mask),
    /// Where the role reads, with the grant of the pseudonymous stream.
    PseudonymousStream,
    /// Where the role writes. What is answered about people is masked.
    Writing,
    /// Everywhere: only for saying that one must look outside one's region.
    Anywhere,
    /// On the log as a whole, for a role that reads the whole region. Nothing about people is in what it shows.
    WholeLog,
}

/// What a role may do, of all actions there are. A new action or role does not compile before it has its right here.
pub(super) fn right(action: Action, role: Role) -> Right {
    use Action::*;
    use Mask::*;
    use Right::*;
    use Role::*;

    match (action, role) {
        // Looking at people: those who serve them, in their region and through broken glass; auditors in their region.
        (ReadPerson | ReadHistory | LookUpByNumber | ListPeople, FieldWorker | Counsellor | Manager) => {
            ReadingOrGlass(Masked)
        }
        (ReadPerson | ReadHistory | LookUpByNumber | ListPeople, Auditor) => Reading(Masked),
        (ReadPerson | ReadHistory | LookUpByNumber | ListPeople, Importer | Analyst | Operator) => Never,

        // Names, numbers and sealed details: for the service, for answering for it, and for an audit; each purpose goes with its role.
        (RevealPersonalData, FieldWorker | Counsellor | Manager) => ReadingOrGlass(Clear),
        (RevealPersonalData, Auditor) => Reading(Clear),
        (RevealPersonalData, Importer | Analyst | Operator) => Never,

        // Figures: small counts give people away, so whoever sees no people sees them suppressed; an importer sees what was imported.
        (ReadFigures, FieldWorker | Counsellor | Manager | Importer | Auditor) => Reading(Figures),
        (ReadFigures, Analyst) => Reading(SuppressedFigures),
        (ReadFigures, Operator) => Never,

        // Reports that are kept: those who answer for a region, and those who audit it. Nothing of what was recorded about people changes by it.
        (FreezeReport, Manager | Auditor) => Reading(Figures),
        (FreezeReport, FieldWorker | Counsellor | Importer | Analyst | Operator) => Never,

        // Events: masked for those who may read every history in the region anyway.
        (ReadEvents, FieldWorker | Counsellor | Manager | Auditor) => Reading(Masked),
        (ReadEvents, Importer | Analyst | Operator) => Never,
        (ReadPseudonymousStream, Analyst) => PseudonymousStream,
        (ReadPseudonymousStream, FieldWorker | Counsellor | Manager | Importer | Auditor | Operator) => Never,

        // Taking data away, proofs, and who looked at whom: those who answer for a region, and those who audit it.
        (Export | ReadProofs | ReadAccessOfPerson | ReadAccessByUser, Manager | Auditor) => Reading(Masked),
        (
            Export | ReadProofs | ReadAccessOfPerson | ReadAccessByUser,
            FieldWorker | Counsellor | Importer | Analyst | Operator,
        ) => Never,

        // The first two steps and the entry in the register: the office.
        (EnrolPerson | RecordVerification | RecordAssessment, FieldWorker | Manager) => Writing,
        (
            EnrolPerson | RecordVerification | RecordAssessment,
            Counsellor | Importer | Auditor | Analyst | Operator,
        ) => Never,

        // The way into work: the office and the counsellor.
        (
            RecordDemand | RecordService | RecordEmployment | RecordTraining,
            FieldWorker | Counsellor | Manager,
        ) => Writing,
        (
            RecordDemand | RecordService | RecordEmployment | RecordTraining,
            Importer | Auditor | Analyst | Operator,
        ) => Never,

        // What changes the register or who is counted: whoever answers for the region.
        (
            CorrectPerson | VoidRecord | TransferPerson | AssignCounsellor | RecordLeaving | ReinstatePerson,
            Manager,
        ) => Writing,
        (
            CorrectPerson | VoidRecord | TransferPerson | AssignCounsellor | RecordLeaving | ReinstatePerson,
            FieldWorker | Counsellor | Importer | Auditor | Analyst | Operator,
        ) => Never,

        // Files: importers alone, and they enter by files alone.
        (Import | ReadOwnImportReport, Importer) => Writing,
        (Import | ReadOwnImportReport, FieldWorker | Counsellor | Manager | Auditor | Analyst | Operator) => {
            Never
        }

        // What takes two: a person's own wish is taken by anybody who serves the person, and granted by another one who answers for the
        // region.
        (RequestRestriction | RequestErasure, FieldWorker | Counsellor | Manager) => Writing,
        (RequestRestriction | RequestErasure, Importer | Auditor | Analyst | Operator) => Never,
        (
            ApproveRestriction | ApproveErasure | RequestRoleChange | ApproveRoleChange | ApproveCounsellor,
            Manager,
        ) => Writing,
        (
            ApproveRestriction | ApproveErasure | RequestRoleChange | ApproveRoleChange | ApproveCounsellor,
            FieldWorker | Counsellor | Importer | Auditor | Analyst | Operator,
        ) => Never,

        // Somebody stands at the counter whose file lies elsewhere.
        (BreakGlass, FieldWorker | Counsellor | Manager) => Anywhere,
        (BreakGlass, Importer | Auditor | Analyst | Operator) => Never,

        // The machine.
        (ReadMetrics | RunBackup | ManageKeys, Operator) => WholeLog,
        (
            ReadMetrics | RunBackup | ManageKeys,
            FieldWorker | Counsellor | Manager | Importer | Auditor | Analyst,
        ) => Never,
    }
}

/// Whether a role may act for a purpose.
pub(super) fn acts_for(role: Role, purpose: Purpose) -> bool {
    match (role, purpose) {
        (Role::FieldWorker | Role::Counsellor | Role::Importer, Purpose::Service) => true,
        (Role::Manager, Purpose::Service | Purpose::Management) => true,
        (Role::Auditor, Purpose::Audit) => true,
        (Role::Analyst, Purpose::Research) => true,
        (Role::Operator, Purpose::Operation) => true,
        (
            Role::FieldWorker
            | Role::Counsellor
            | Role::Manager
            | Role::Importer
            | Role::Auditor
            | Role::Analyst
            | Role::Operator,
            _,
        ) => false,
    }
}

impl Role {
    /// Whether there is anything that it may record, import, request or approve, given a region to write.
    pub fn writes(self) -> bool {
        Action::ALL.iter().any(|action| right(*action, self) == Right::Writing)
    }
}
