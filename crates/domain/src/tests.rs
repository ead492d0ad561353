//! Tests.

// What the tests are written with.
mod any;
mod examples;
mod harness;
mod reference;

// The values.
mod certificates;
mod code_lists;
mod days;
mod lists_of_divisions;
mod plan_files;
mod values;

// What is accepted, and what is recorded of it.
mod changes;
mod corrections;
mod counsellors;
mod enrolment;
mod refusals;
mod roster_again;
mod steps;
mod use_of_data;
mod voiding;

// Who may see and do what.
mod access_laws;
mod access_lists;
mod access_regions;
mod access_table;
mod role_changes;
mod role_register;

// The rows of files.
mod record_rows;
mod roster_rows;

// What counts.
mod differences;
mod figures_ever;
mod figures_of_need;
mod figures_of_scope;
mod figures_of_steps;
mod lateness;
mod two_times;
mod waiting;
mod working_age;

// What is withheld from analysts.
mod suppression_attacker;
mod suppression_examples;
mod suppression_laws;
mod suppression_release;

// What is stored, and the laws.
mod body_schemas;
mod event_fields;
mod event_json;
mod laws;
mod reports;
