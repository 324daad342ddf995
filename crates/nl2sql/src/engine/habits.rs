//! What is answered over schemas of other habits of naming: terse names, codes for states, money in cents, no declared keys.

use super::tests::{check, schema};
use crate::schema::{Schema, Table};

fn sampled(table: &mut Table, column: &str, samples: &[&str]) {
    if let Some(found) = table.columns.iter_mut().find(|known| known.name == column) {
        found.samples = samples.iter().map(|sample| (*sample).to_owned()).collect();
    }
}

/// A hospital in capitals, without keys.
pub(super) fn hospital() -> Schema {
    let mut hospital = schema(&[
        "T_PAT_INF: PAT_NO int, PAT_NM varchar(40), GNDR_CD char(1), BRTH_DT date, NAT_CD char(2), ACT_FLG char(1)",
        "T_DEPT_MST: DEPT_CD varchar(6), DEPT_NM varchar(40), FLR_NO int, BED_CNT int",
        "T_ADM_HDR: ADM_NO int, PAT_NO int, DEPT_CD varchar(6), ADM_DT date, DSCH_DT date, STS_CD char(1), ADM_TYP varchar(5), TOT_CHG_CTS int",
        "T_ADM_LIN: ADM_NO int, LIN_NO int, SVC_CD varchar(8), QTY int, UNIT_PRC_CTS int",
    ]);
    sampled(&mut hospital.tables[0], "NAT_CD", &["DE", "PL", "IT"]);
    sampled(&mut hospital.tables[0], "GNDR_CD", &["M", "F"]);
    sampled(&mut hospital.tables[0], "ACT_FLG", &["Y", "N"]);
    sampled(&mut hospital.tables[2], "STS_CD", &["A", "D", "X"]);
    sampled(&mut hospital.tables[2], "ADM_TYP", &["EMRG", "ELEC", "TRNS"]);
    hospital
}

#[test]
fn states_are_found_by_their_codes() {
    check(
        &hospital(),
        &[
            (
                "cancelled admissions",
                "SELECT * FROM T_ADM_HDR WHERE STS_CD = 'X'",
            ),
            (
                "how many patients are female",
                "SELECT COUNT(*) FROM T_PAT_INF WHERE GNDR_CD = 'F'",
            ),
            (
                "emergency admissions",
                "SELECT * FROM T_ADM_HDR WHERE ADM_TYP = 'EMRG'",
            ),
            ("inactive patients", "SELECT * FROM T_PAT_INF WHERE ACT_FLG = 'N'"),
        ],
    );
}

#[test]
fn countries_are_found_by_their_codes() {
    let mut hospital = hospital();
    check(
        &hospital,
        &[
            (
                "patients from Poland or Italy",
                "SELECT * FROM T_PAT_INF WHERE NAT_CD IN ('PL', 'IT')",
            ),
            ("German patients", "SELECT * FROM T_PAT_INF WHERE NAT_CD = 'DE'"),
        ],
    );
    sampled(&mut hospital.tables[0], "NAT_CD", &[]);
    check(
        &hospital,
        &[(
            "patients from Austria",
            "SELECT * FROM T_PAT_INF WHERE NAT_CD = 'AT'",
        )],
    );
}
