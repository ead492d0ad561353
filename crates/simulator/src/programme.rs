//! What offices do for one person: the four steps, trainings, counsellors, checks of those in work, later roster rows.

use sigeyi_domain::{
    Demand, EmploymentForm, EmploymentStatus, NeedSet, NonEmploymentReason, ServiceType, Step, TrainingKind,
    VerificationOutcome,
};

use crate::{
    calendar::{LAST, YEARS},
    calibration::{recording::DELAY_DAYS_MAX, services::*},
    counties::Conditions,
    entry::Occurrence,
    life::{Life, Spell},
    random::Draw,
    recorder::Recorder,
};

/// Writes everything that is recorded of a person.
pub(crate) fn record(recorder: &mut Recorder<'_>, conditions: &Conditions, draw: &mut Draw) {
    if !recorder.register(draw) {
        return;
    }
    let life = recorder.life;
    let wanted = wanted(conditions, draw);
    let mut first_in_scope = true;
    // A change of work is recorded after the one before; once one is not, neither are those that follow on it.
    let mut last_change = Some(0);
    for spell in &life.spells {
        if !spell.is_first {
            last_change = last_change.and_then(|after| change_of_work(recorder, spell, after, draw));
        }
        match (spell.without_work(), spell.work()) {
            (Some(reason), _) if first_in_scope => {
                first_in_scope = false;
                four_steps(recorder, spell, reason, wanted, draw);
            }
            (Some(_), _) => again(recorder, spell, wanted, draw),
            (_, Some(form)) if spell.is_first => in_old_work(recorder, spell, form, draw),
            (_, _) => in_new_work(recorder, spell, draw),
        }
    }
    membership(recorder, life, draw);
    later_roster_row(recorder, life, draw);
}

/// Which steps the person gets: each by its share, and for most people all by the same chance.
fn wanted(conditions: &Conditions, draw: &mut Draw) -> [bool; 4] {
    let alike = draw.unit();
    [Step::InfoVerified, Step::AbilityAssessed, Step::DemandRegistered, Step::ServiceDelivered].map(|step| {
        let own = draw.unit();
        let at = if draw.chance(STEPS_ALIKE) { alike } else { own };
        at < conditions.step_share(step)
    })
}

fn change_of_work(recorder: &mut Recorder<'_>, spell: &Spell, after: i32, draw: &mut Draw) -> Option<i32> {
    let occurrence = match spell.status {
        EmploymentStatus::Employed(form) => Occurrence::WorkStarted(form),
        EmploymentStatus::NotEmployed(reason) => Occurrence::WorkEnded(reason),
    };
    if recorder.life.is_there(spell.from) {
        recorder.record_after(spell.from, after, occurrence, draw)
    } else {
        None
    }
}

/// The first stretch in scope.
fn four_steps(
    recorder: &mut Recorder<'_>,
    spell: &Spell,
    reason: NonEmploymentReason,
    wanted: [bool; 4],
    draw: &mut Draw,
) {
    let Some(from) = served_from(recorder, spell, draw) else { return };
    let to = spell.to;
    let [verified, assessed, demanded, served] = wanted;

    let mut on = from;
    if verified {
        // Who is served before the registration is verified then, and registered for it.
        on = if from < spell.from { from } else { draw.early(from, to, STEP_REACH[0]) };
        verify(recorder, on, from, draw);
        for year in later_years(on, to) {
            if draw.chance(VERIFIED_AGAIN_A_YEAR) {
                let again = draw.between(year.0, year.1);
                verify(recorder, again, year.0, draw);
            }
        }
    } else if draw.chance(ATTEMPT_IN_VAIN) {
        recorder.record(draw.between(from, to), Occurrence::NotReached, draw);
    }
    if draw.chance(COUNSELLED) {
        counsel(recorder, on, to, draw);
    }

    if assessed {
        let first = draw.early(on, to, STEP_REACH[1]);
        if draw.chance(DECLINED_AT_FIRST) {
            recorder.record(draw.between(on, first), Occurrence::Declined, draw);
        }
        on = first;
        recorder.record(on, Occurrence::Assessed, draw);
        if let Some(year) = later_years(on, to).last().filter(|_| draw.chance(ASSESSED_AGAIN)) {
            recorder.record(draw.between(year.0, year.1), Occurrence::Assessed, draw);
        }
    } else if draw.chance(DECLINED_FOR_GOOD) {
        recorder.record(draw.between(on, to), Occurrence::Declined, draw);
    }

    let mut has_need = reason.leaves_need();
    if demanded {
        let demand = demand(reason, draw);
        has_need = matches!(demand, Demand::Needs(_));
        on = if draw.chance(OUT_OF_ORDER) { from } else { on };
        on = draw.early(on, to, STEP_REACH[2]);
        recorder.record(on, Occurrence::Demand(demand), draw);
        if let Some(year) = later_years(on, to).last().filter(|_| draw.chance(DEMAND_AGAIN)) {
            recorder.record(draw.between(year.0, year.1), Occurrence::Demand(demand), draw);
        }
    }
    if served {
        on = if draw.chance(OUT_OF_ORDER) { from } else { on };
        on = draw.early(on, to, STEP_REACH[3]);
        recorder.record(on, Occurrence::Served(draw.pick(SERVICES)), draw);
        for _ in 1..draw.pick(SERVICE_TIMES) {
            recorder.record(draw.between(on, to), Occurrence::Served(draw.pick(SERVICES)), draw);
        }
        if draw.chance(if has_need { TRAINED_WITH_NEED } else { TRAINED_WITHOUT_NEED }) {
            train(recorder, (on, to), draw.pick(TRAININGS), draw);
        }
    }
}

/// From which day a person in scope is served: mostly once the enrolment is entered. None when the stretch is over by then.
fn served_from(recorder: &Recorder<'_>, spell: &Spell, draw: &mut Draw) -> Option<i32> {
    let arrival = recorder.life.arrival;
    let from = match draw.unit() {
        part if part < SERVED_BEFORE_REGISTRATION => {
            spell.from - draw.between(1, BEFORE_REGISTRATION_DAYS_MAX)
        }
        part if part < SERVED_BEFORE_REGISTRATION + SERVED_BEFORE_ENTRY => spell.from,
        _ => spell.from.max(arrival.entered),
    };
    // No longer before the entry than the longest delay.
    let from = from.max(0).max(arrival.entered - DELAY_DAYS_MAX);
    (from <= spell.to).then_some(from)
}

/// First and last day of each later year of a stretch, as far as it reaches.
fn later_years(on: i32, to: i32) -> impl Iterator<Item = (i32, i32)> {
    YEARS.into_iter().map(move |(first, last)| (first, last.min(to))).filter(move |(first, last)| {
        // The first day of the year lies after the day, and the stretch reaches it.
        *first > on && first <= last
    })
}

fn verify(recorder: &mut Recorder<'_>, on: i32, not_before: i32, draw: &mut Draw) {
    if draw.chance(ATTEMPT_BEFORE) {
        recorder.record(
            draw.between(not_before.max(on - ATTEMPT_DAYS_MAX), on),
            Occurrence::NotReached,
            draw,
        );
    }
    let corrected = draw.chance(CORRECTED);
    let outcome = if corrected { VerificationOutcome::Corrected } else { VerificationOutcome::Confirmed };
    recorder.record(on, Occurrence::Verified(outcome), draw);
}

fn counsel(recorder: &mut Recorder<'_>, from: i32, to: i32, draw: &mut Draw) {
    let counsellor = |draw: &mut Draw| Occurrence::Counsellor(1 + draw.below(COUNSELLORS_OF_A_COUNTY) as u8);
    let on = draw.early(from, to, COUNSELLOR_REACH);
    let whom = counsellor(draw);
    recorder.assign(on, whom, draw);
    if draw.chance(COUNSELLOR_CHANGES) && on < to {
        let (on, whom) = (draw.between(on + 1, to), counsellor(draw));
        recorder.assign(on, whom, draw);
    }
}

fn demand(reason: NonEmploymentReason, draw: &mut Draw) -> Demand {
    if !draw.chance(if reason.leaves_need() { NEED } else { NEED_IN_SPITE }) {
        return Demand::NoNeed(reason);
    }
    let (first, second) = (draw.pick(NEEDS), draw.pick(NEEDS));
    let second = draw.chance(SECOND_NEED).then_some(second);
    // One need is a set of needs, so there always is one.
    NeedSet::new([first].into_iter().chain(second)).map_or(Demand::NoNeed(reason), Demand::Needs)
}

fn train(recorder: &mut Recorder<'_>, (from, to): (i32, i32), kind: TrainingKind, draw: &mut Draw) {
    recorder.record(draw.between(from, to), Occurrence::Trained(kind), draw);
    if draw.chance(TRAINED_TWICE) {
        recorder.record(draw.between(from, to), Occurrence::Trained(draw.pick(TRAININGS)), draw);
    }
}

/// A later stretch in scope, after the loss of work.
fn again(recorder: &mut Recorder<'_>, spell: &Spell, wanted: [bool; 4], draw: &mut Draw) {
    let [verified, _, _, served] = wanted;
    if verified && draw.chance(SERVED_AGAIN) {
        verify(recorder, draw.early(spell.from, spell.to, STEP_REACH[0]), spell.from, draw);
    }
    if served && draw.chance(SERVED_AGAIN) {
        let on = draw.early(spell.from, spell.to, STEP_REACH[3]);
        recorder.record(on, Occurrence::Served(draw.pick(SERVICES)), draw);
    }
}

/// Work that the first roster row names: checked and followed up in some years.
fn in_old_work(recorder: &mut Recorder<'_>, spell: &Spell, form: EmploymentForm, draw: &mut Draw) {
    let from = spell.from.max(recorder.life.arrival.entered);
    for (first, last) in YEARS {
        let (first, last) = (first.max(from), last.min(spell.to));
        if first > last {
            continue;
        }
        if draw.chance(EMPLOYED_VERIFIED_A_YEAR) {
            let on = draw.between(first, last);
            verify(recorder, on, first, draw);
        }
        if draw.chance(EMPLOYED_FOLLOWED_UP_A_YEAR) {
            recorder.record(draw.between(first, last), Occurrence::Served(ServiceType::FollowUp), draw);
        }
        if draw.chance(EMPLOYED_TRAINED_A_YEAR) {
            let kind = match form {
                EmploymentForm::FarmingProcessing => TrainingKind::RuralPractical,
                _ => TrainingKind::Vocational,
            };
            recorder.record(draw.between(first, last), Occurrence::Trained(kind), draw);
        }
    }
}

/// New work is followed up.
fn in_new_work(recorder: &mut Recorder<'_>, spell: &Spell, draw: &mut Draw) {
    let mut on = spell.from;
    for _ in 0..draw.pick(FOLLOW_UPS) {
        on += draw.between(FOLLOW_UP_DAYS.0, FOLLOW_UP_DAYS.1);
        if on <= spell.to {
            recorder.record(on, Occurrence::Served(ServiceType::FollowUp), draw);
        }
    }
}

fn membership(recorder: &mut Recorder<'_>, life: &Life, draw: &mut Draw) {
    if let Some((on, county)) = life.moved {
        recorder.record(on, Occurrence::Moved(county), draw);
    }
    let Some((on, reason)) = life.left else { return };
    let recorded = recorder.record_after(on, 0, Occurrence::Left(reason), draw);
    if let (Some(recorded), Some(back)) = (recorded, life.came_back) {
        recorder.record_after(back, recorded, Occurrence::CameBack, draw);
    }
}

/// A later row repeats what the first said, but for one thing.
fn later_roster_row(recorder: &mut Recorder<'_>, life: &Life, draw: &mut Draw) {
    let occurrence = match draw.unit() {
        part if part < NEW_CERTIFICATE && draw.chance(LOST_CERTIFICATE) => Occurrence::LostCertificate,
        part if part < NEW_CERTIFICATE => Occurrence::OtherGrade,
        part if part < NEW_CERTIFICATE + CORRECTED_DATA && draw.chance(CORRECTED_PHONE) => {
            Occurrence::OtherPhone
        }
        part if part < NEW_CERTIFICATE + CORRECTED_DATA => Occurrence::OtherName,
        _ => return,
    };
    let from = life.arrival.entered + 1;
    if from <= LAST && life.moved.is_none() {
        recorder.record(draw.between(from, LAST), occurrence, draw);
    }
}
