use std::time::Instant;

use proptest::prelude::*;

use super::*;
use crate::schema::ForeignKey;
use crate::{Column, ColumnKind};

fn table(name: &str, columns: &[&str]) -> Table {
    let text = |name: &&str| Column::new(*name, "TEXT", ColumnKind::Text);
    Table {
        name: name.into(),
        columns: columns.iter().map(text).collect(),
        primary_key: vec!["id".into()],
        ..Table::default()
    }
}

fn refers(mut from: Table, column: &str, to: &str) -> Table {
    from.foreign_keys.push(ForeignKey {
        columns: vec![column.into()],
        table: to.into(),
        references: Vec::new(),
    });
    from
}

/// A shop among many tables that have nothing to do with it.
fn company() -> Schema {
    let mut orders = refers(
        table("orders", &["id", "customer_id", "state", "placed_on"]),
        "customer_id",
        "customers",
    );
    orders.columns[2].samples = vec!["paid".into(), "waiting for stock".into()];
    let mut secret = table("t_0815", &["id", "c1", "c2"]);
    secret.comment = Some("库存商品".into());
    secret.columns[1].comment = Some("weight of a parcel in grams".into());
    let mut tables = vec![
        table("customers", &["id", "full_name", "city"]),
        orders,
        refers(
            table("order_items", &["id", "order_id", "product_id", "quantity"]),
            "order_id",
            "orders",
        ),
        table("products", &["id", "title", "unit_price"]),
        secret,
    ];
    for number in 0..200 {
        tables.push(table(
            &format!("zz{number}_gauges"),
            &["id", "reading", "state", "noted_by"],
        ));
    }
    Schema { tables }
}

fn wish(question: &str, budget: usize) -> Wish<'_> {
    Wish {
        question,
        texts: &[],
        budget,
        with_values: true,
    }
}

fn names(fitted: &Fitted<'_>) -> Vec<String> {
    fitted
        .schema
        .tables
        .iter()
        .map(|table| table.name.clone())
        .collect()
}

/// The tables that are shown when only some 10 fit.
fn shown_for(question: &str) -> Vec<String> {
    let schema = company();
    names(&fit(&schema, &wish(question, 220)))
}

#[test]
fn a_small_schema_is_shown_whole_whatever_is_asked() {
    let mut schema = company();
    schema.tables.truncate(5);
    let fitted = fit(&schema, &wish("weather in Oslo", 1_000));
    assert_eq!(*fitted.schema, schema);
    assert!(fitted.left_out.is_empty() && fitted.is_linked);
}

#[test]
fn more_tables_are_shown_whole_too_where_they_fit() {
    let schema = company();
    let fitted = fit(&schema, &wish("how many orders?", 100_000));
    assert_eq!(*fitted.schema, schema);
    assert!(fitted.left_out.is_empty());
}

#[test]
fn what_the_question_names_is_shown() {
    for (question, wanted) in [
        ("how many orders are there?", "orders"),
        ("list all clients", "customers"),
        ("the unit price of everything", "products"),
        ("which are waiting for stock?", "orders"),
        ("what is the heaviest parcel?", "t_0815"),
        ("how many custmers do we have", "customers"),
        ("有多少库存?", "t_0815"),
    ] {
        let shown = shown_for(question);
        assert!(shown.contains(&wanted.to_owned()), "{question}: {shown:?}");
    }
}

#[test]
fn tables_on_the_way_are_shown_and_keys_that_no_one_declared_are_ways() {
    // order_items.product_id has no declared key.
    let shown = shown_for("the city of buyers for each product title");
    for wanted in ["customers", "orders", "order_items", "products"] {
        assert!(shown.contains(&wanted.to_owned()), "{shown:?}");
    }
}

#[test]
fn neighbours_come_before_what_has_nothing_to_do_with_it() {
    let schema = company();
    let fitted = fit(&schema, &wish("orders", 150));
    let shown = names(&fitted);
    assert_eq!(shown[..3], ["customers", "orders", "order_items"], "{shown:?}");
    assert_eq!(fitted.tables, schema.tables.len());
    assert_eq!(fitted.left_out.len() + shown.len(), schema.tables.len());
}

#[test]
fn a_question_that_names_nothing_gets_the_tables_that_most_hang_on() {
    let schema = company();
    let fitted = fit(&schema, &wish("wie spät ist es", 110));
    assert!(!fitted.is_linked);
    assert_eq!(
        names(&fitted),
        ["customers", "orders", "order_items"],
        "{:?}",
        names(&fitted)
    );
}

#[test]
fn what_sql_names_is_shown_first() {
    let schema = company();
    let texts = ["SELECT reading FROM ZZ150_gauges WHERE 1 = 1"];
    let wish = Wish {
        texts: &texts,
        ..wish("only of last week", 40)
    };
    assert_eq!(names(&fit(&schema, &wish)), ["zz150_gauges"]);
}

#[test]
fn values_that_are_not_shown_do_not_decide() {
    let schema = company();
    let mut bare = schema.clone();
    let columns = bare.tables.iter_mut().flat_map(|table| &mut table.columns);
    columns.for_each(|column| column.samples.clear());
    let wish = Wish {
        with_values: false,
        ..wish("which are waiting for stock?", 150)
    };
    assert_eq!(names(&fit(&schema, &wish)), names(&fit(&bare, &wish)));
}

#[test]
fn a_wide_table_loses_columns_before_a_needed_one_is_dropped() {
    let mut schema = company();
    let many: Vec<String> = (0..300).map(|number| format!("spare_{number}")).collect();
    let spare = many
        .iter()
        .map(|name| Column::new(name, "TEXT", ColumnKind::Text));
    schema.tables[1].columns.extend(spare);
    schema.tables[1]
        .columns
        .push(Column::new("discount_rate", "DECIMAL", ColumnKind::Decimal));
    let fitted = fit(
        &schema,
        &wish("the discount rate of orders for each customer", 250),
    );
    let orders = fitted.schema.table("orders").expect("it is named");
    assert!(fitted.schema.table("customers").is_some());
    assert!(orders.column("discount_rate").is_some(), "{orders:?}");
    assert!(orders.column("customer_id").is_some());
    assert!(orders.column("spare_299").is_none());
    assert_eq!(fitted.cut.len(), 1);
    assert_eq!(fitted.cut[0].0, "orders");
    assert_eq!(fitted.cut[0].1, 305 - orders.columns.len());
}

#[test]
fn one_table_that_is_too_much_is_cut_to_the_budget() {
    let many: Vec<String> = (0..900).map(|number| format!("column_{number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let schema = Schema {
        tables: vec![table("sheet", &many)],
    };
    let fitted = fit(&schema, &wish("column 77 of the sheet", 100));
    let sheet = &fitted.schema.tables[0];
    assert!(sheet.column("column_77").is_some());
    assert!(sheet.columns.len() < 30, "{}", sheet.columns.len());
}

#[test]
fn keys_to_tables_that_are_not_shown_are_not_shown() {
    let schema = company();
    let fitted = fit(&schema, &wish("order_items quantity", 45));
    assert_eq!(names(&fitted), ["order_items"]);
    assert!(fitted.schema.tables[0].foreign_keys.is_empty());
}

proptest! {
    #[test]
    fn whatever_is_asked_the_choice_is_in_the_schema_in_its_order_and_within_the_budget(
        question in ".{0,80}",
        words in prop::collection::vec(prop::sample::select(vec![
            "orders", "customers", "state", "gauges", "how many", "per", "city", "zz7", "商品", "title", "reading",
        ]), 0..8),
        budget in 1_usize..4_000,
        with_values: bool,
    ) {
        let schema = company();
        let question = format!("{question} {}", words.join(" "));
        let wish = Wish { with_values, ..wish(&question, budget) };
        let fitted = fit(&schema, &wish);
        let again = fit(&schema, &wish);
        prop_assert_eq!(&*fitted.schema, &*again.schema);
        let shown = names(&fitted);
        prop_assert!(!shown.is_empty());
        let places: Vec<usize> = shown
            .iter()
            .map(|name| schema.tables.iter().position(|table| table.name == *name).expect("it is there"))
            .collect();
        prop_assert!(places.is_sorted());
        prop_assert_eq!(shown.len() + fitted.left_out.len(), schema.tables.len());
        let cost: usize = fitted.schema.tables.iter().map(|table| table_tokens(table, with_values)).sum();
        prop_assert!(cost <= budget || shown.len() == 1, "{} of {}", cost, budget);
    }
}

/// 1,000 tables with 20 columns each, a third of whose names are their own.
fn large() -> Schema {
    let usual = [
        "id",
        "created_at",
        "updated_at",
        "name",
        "status",
        "customer_id",
        "order_id",
        "is_active",
        "description",
        "currency_code",
        "quantity",
        "valid_from",
        "valid_until",
    ];
    let parts = [
        "gross", "net", "first", "last", "open", "due", "base", "peak", "mean", "spare", "core",
    ];
    let things = [
        "amount", "margin", "offset", "weight", "factor", "label", "volume",
    ];
    let mut schema = company();
    for number in schema.tables.len()..1_000 {
        let part = |at: usize| parts[(number * 7 + at * 3) % parts.len()];
        let own: Vec<String> = (0..7)
            .map(|at| format!("{}_{}_{}", part(at), things[at], number % 97))
            .collect();
        let columns: Vec<&str> = usual
            .iter()
            .copied()
            .chain(own.iter().map(String::as_str))
            .collect();
        let mut table = table(&format!("{}_{}_{number}", part(1), things[number % 7]), &columns);
        table.columns[4].samples = ["open", "paid", "late"].map(str::to_owned).to_vec();
        schema.tables.push(refers(table, "customer_id", "customers"));
    }
    schema
}

#[test]
fn a_thousand_tables_are_chosen_from_in_little_time() {
    let schema = large();
    let question = "how many paid orders per customer last month, by gross margin";
    let started = Instant::now();
    let fitted = fit(&schema, &wish(question, 8_000));
    // Not asserted: the machine has other things to do.
    println!("1,000 tables of 20 columns: {:?}", started.elapsed());
    assert!(fitted.schema.table("orders").is_some() && fitted.schema.table("customers").is_some());
    assert!(!fitted.left_out.is_empty());
}
