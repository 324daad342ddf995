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

#[test]
fn figures_are_those_of_the_rows_that_have_them() {
    check(
        &hospital(),
        &[
            (
                "average charge per admission",
                "SELECT AVG(TOT_CHG_CTS) FROM T_ADM_HDR",
            ),
            (
                "admissions with total charge over 500 dollars",
                "SELECT * FROM T_ADM_HDR WHERE TOT_CHG_CTS > 50000",
            ),
            (
                "total charges by department",
                "SELECT T_DEPT_MST.DEPT_NM, SUM(T_ADM_HDR.TOT_CHG_CTS) FROM T_DEPT_MST JOIN T_ADM_HDR ON T_ADM_HDR.DEPT_CD = T_DEPT_MST.DEPT_CD GROUP BY T_DEPT_MST.DEPT_CD, T_DEPT_MST.DEPT_NM",
            ),
        ],
    );
}

/// A payroll in small letters.
fn payroll() -> Schema {
    let mut payroll = schema(&[
        "emp_mstr: emp_no int, f_nm varchar(20), l_nm varchar(20), hire_dt date, term_dt date, pay_typ char(1), emp_sts char(1), ann_sal decimal(10,2)",
        "pay_hdr: pay_id int, emp_no int, pay_dt date, grs_amt decimal(10,2), ot_hrs decimal(6,2)",
        "tool_stk: tool_cd varchar(6), tool_desc varchar(40), qty_oh int, min_qty int, exp_dt date",
    ]);
    sampled(&mut payroll.tables[0], "pay_typ", &["H", "S"]);
    sampled(&mut payroll.tables[0], "emp_sts", &["A", "L", "T"]);
    payroll
}

#[test]
fn adjectives_of_figures_and_states_of_several_words_have_codes_too() {
    check(
        &payroll(),
        &[
            ("hourly employees", "SELECT * FROM emp_mstr WHERE pay_typ = 'H'"),
            ("employees on leave", "SELECT * FROM emp_mstr WHERE emp_sts = 'L'"),
            (
                "how many salaried employees are there",
                "SELECT COUNT(*) FROM emp_mstr WHERE pay_typ = 'S'",
            ),
            ("tools out of stock", "SELECT * FROM tool_stk WHERE qty_oh = 0"),
        ],
    );
}

/// A workshop whose repairs are of customers that are no table.
fn workshop() -> Schema {
    let mut workshop = schema(&[
        "RPR_HDR: RPR_NO int, CUST_NM varchar(40), RPR_DT date, STS_CD char(1), LBR_CST_CTS int",
        "RPR_LIN: RPR_NO int, LIN_NO int, PRT_CD varchar(8), QTY_USED int",
        "PRT_MST: PRT_CD varchar(8), PRT_DESC varchar(40), SUPP_CD varchar(8)",
        "SUPP_MST: SUPP_CD varchar(8), SUPP_NM varchar(40)",
        "PRT_STK: PRT_CD varchar(8), STK_QTY int, MIN_QTY int",
    ]);
    for table in [1, 4] {
        workshop.tables[table].primary_key.clear();
    }
    workshop
}

#[test]
fn what_is_only_a_column_is_counted_by_and_is_no_name_of_the_rows() {
    check(
        &workshop(),
        &[
            (
                "top 3 customers by number of repairs",
                "SELECT CUST_NM FROM RPR_HDR GROUP BY CUST_NM ORDER BY COUNT(*) DESC LIMIT 3",
            ),
            (
                "customers with more than 4 repairs",
                "SELECT CUST_NM FROM RPR_HDR GROUP BY CUST_NM HAVING COUNT(*) > 4",
            ),
            (
                "which repairs were made in 2024",
                "SELECT * FROM RPR_HDR WHERE RPR_DT >= '2024-01-01' AND RPR_DT < '2025-01-01'",
            ),
            (
                "what is the average number of lines per repair",
                "SELECT AVG(figure) FROM (SELECT COUNT(*) AS figure FROM RPR_LIN GROUP BY RPR_NO) AS figures",
            ),
        ],
    );
}

#[test]
fn stock_is_found_in_the_table_that_has_it() {
    check(
        &workshop(),
        &[
            (
                "parts that are out of stock",
                "SELECT * FROM PRT_MST WHERE EXISTS (SELECT 1 FROM PRT_STK WHERE PRT_STK.PRT_CD = PRT_MST.PRT_CD AND PRT_STK.STK_QTY = 0)",
            ),
            (
                "stock below the minimum quantity",
                "SELECT * FROM PRT_STK WHERE STK_QTY < MIN_QTY",
            ),
        ],
    );
}

#[test]
fn a_word_within_a_text_is_looked_for_there_and_each_row_is_listed() {
    check(
        &workshop(),
        &[
            (
                "parts with gasket in the description",
                "SELECT * FROM PRT_MST WHERE PRT_DESC LIKE '%gasket%'",
            ),
            (
                "list each part description with the name of its supplier",
                "SELECT PRT_MST.PRT_DESC, SUPP_MST.SUPP_NM FROM PRT_MST JOIN SUPP_MST ON PRT_MST.SUPP_CD = SUPP_MST.SUPP_CD",
            ),
            (
                "list each part description and the supplier name",
                "SELECT PRT_MST.PRT_DESC, SUPP_MST.SUPP_NM FROM PRT_MST JOIN SUPP_MST ON PRT_MST.SUPP_CD = SUPP_MST.SUPP_CD",
            ),
        ],
    );
}

#[test]
fn names_without_seams_are_read_as_others() {
    let mut bank = schema(&[
        "custmaster: custid int, custname varchar(40), ctrycode char(2)",
        "acctmaster: acctno int, custid int, balamtcents bigint, opendt date, closedt date, acctstat char(1)",
    ]);
    sampled(&mut bank.tables[1], "acctstat", &["A", "C", "F"]);
    check(
        &bank,
        &[
            ("list all customers", "SELECT * FROM custmaster"),
            ("closed accounts", "SELECT * FROM acctmaster WHERE acctstat = 'C'"),
            (
                "accounts with a balance over 100 dollars",
                "SELECT * FROM acctmaster WHERE balamtcents > 10000",
            ),
            (
                "number of accounts per customer",
                "SELECT custmaster.custname, COUNT(*) FROM custmaster JOIN acctmaster ON acctmaster.custid = custmaster.custid GROUP BY custmaster.custid, custmaster.custname",
            ),
        ],
    );
}

#[test]
fn a_figure_is_no_key_and_no_row_that_it_is_kin_to() {
    let mut shop = schema(&[
        "ITM_MST: ITM_CD varchar(8), ITM_DESC varchar(40)",
        "ORD_HDR: ORD_NO int, CUST_NM varchar(40), ORD_DT date",
        "ORD_LIN: ORD_NO int, LIN_NO int, ITM_CD varchar(8), QTY_ORD int, QTY_SHP int, UNIT_PRC_CTS int",
        "INV_BAL: ITM_CD varchar(8), QTY_OH int, QTY_RSV int, MIN_QTY int",
    ]);
    shop.tables[2].primary_key.clear();
    shop.tables[3].primary_key.clear();
    check(
        &shop,
        &[
            ("total quantity ordered", "SELECT SUM(QTY_ORD) FROM ORD_LIN"),
            (
                "total stock per item",
                "SELECT ITM_CD, SUM(QTY_OH) FROM INV_BAL GROUP BY ITM_CD",
            ),
            (
                "total value of order 77",
                "SELECT SUM(QTY_ORD * UNIT_PRC_CTS) FROM ORD_LIN WHERE ORD_NO = 77",
            ),
        ],
    );
    check(
        &payroll(),
        &[(
            "employees with a salary over 90000",
            "SELECT * FROM emp_mstr WHERE ann_sal > 90000",
        )],
    );
}

#[test]
fn a_moment_is_no_birth_where_something_else_is_spoken_of() {
    let mut school = schema(&[
        "stu_inf: stu_id int, stu_nm varchar(40), dob date",
        "attd_log: attd_id int, stu_id int > stu_inf, attd_dt date, attd_cd char(1)",
    ]);
    sampled(&mut school.tables[1], "attd_cd", &["P", "A", "T"]);
    check(
        &school,
        &[(
            "students absent on 2024-03-01",
            "SELECT DISTINCT stu_inf.* FROM stu_inf JOIN attd_log ON attd_log.stu_id = stu_inf.stu_id WHERE attd_log.attd_dt = '2024-03-01' AND attd_log.attd_cd = 'A'",
        )],
    );
}

#[test]
fn what_a_code_says_depends_on_what_its_column_tells() {
    let mut staff = schema(&[
        "emp_mst: emp_no int, emp_nm varchar(40), mrtl_sts char(1), shft_cd char(1), term_dt date",
        "doc_mst: doc_no int, doc_ttl varchar(40), lang_cd char(2), exp_dt date, sts char(1)",
        "tm_sht: sht_no int, emp_no int, wrk_dt date, reg_hrs decimal(4,1)",
    ]);
    sampled(&mut staff.tables[0], "mrtl_sts", &["S", "M", "D"]);
    sampled(&mut staff.tables[0], "shft_cd", &["D", "N"]);
    sampled(&mut staff.tables[1], "lang_cd", &["EN", "FR"]);
    sampled(&mut staff.tables[1], "sts", &["D", "H", "P"]);
    check(
        &staff,
        &[
            ("divorced employees", "SELECT * FROM emp_mst WHERE mrtl_sts = 'D'"),
            (
                "employees on the night shift",
                "SELECT * FROM emp_mst WHERE shft_cd = 'N'",
            ),
            (
                "employees who left",
                "SELECT * FROM emp_mst WHERE term_dt IS NOT NULL",
            ),
            ("French documents", "SELECT * FROM doc_mst WHERE lang_cd = 'FR'"),
            (
                "expired documents",
                "SELECT * FROM doc_mst WHERE exp_dt < CURRENT_DATE",
            ),
            ("documents on hold", "SELECT * FROM doc_mst WHERE sts = 'H'"),
            (
                "regular hours per employee",
                "SELECT emp_mst.emp_nm, SUM(tm_sht.reg_hrs) FROM emp_mst JOIN tm_sht ON tm_sht.emp_no = emp_mst.emp_no GROUP BY emp_mst.emp_no, emp_mst.emp_nm",
            ),
        ],
    );
}
