//! Refuses what is no query, what does more than read, and what belongs to another database.

use std::ops::ControlFlow;

use sqlparser::ast::{
    Expr, FunctionArguments, GroupByExpr, Join, JoinOperator, LimitClause, ObjectName, OrderByKind, Query,
    Select, SelectFlavor, SelectItem, SetExpr, Statement, TableFactor, Value, ValueWithSpan, Visit, Visitor,
};

use super::error::CheckError;
use super::functions::{is_denied_namespace, why_denied, why_denied_by_name};
use crate::Dialect;
use crate::lex::{Gap, Kind, Lexeme, line_and_column};

fn forbidden(what: impl Into<String>, why: impl Into<String>) -> CheckError {
    CheckError::Forbidden {
        what: what.into(),
        why: why.into(),
    }
}

/// The statement must begin as a query does.
pub(super) fn check_first_word(lexemes: &[Lexeme<'_>]) -> Result<(), CheckError> {
    let Some(first) = lexemes.iter().find(|lexeme| !lexeme.is_symbol('(')) else {
        return Ok(()); // Only parentheses: the parser says what is missing.
    };
    if first.is_any_word(&["select", "with", "values"]) {
        return Ok(());
    }
    Err(CheckError::NotAQuery {
        what: first.value.chars().take(40).collect::<String>().to_uppercase(),
    })
}

/// What can be told from the words alone, whatever tree the parser makes of them.
pub(super) fn check_lexemes(sql: &str, lexemes: &[Lexeme<'_>]) -> Result<(), CheckError> {
    for (at, lexeme) in lexemes.iter().enumerate() {
        let next = lexemes.get(at + 1);
        if lexeme.is_word("into") {
            return Err(forbidden(
                "INTO",
                "it writes the result to a table, a file or a variable",
            ));
        }
        let follow = |words: &[&str]| {
            words
                .iter()
                .enumerate()
                .all(|(n, word)| lexemes.get(at + n).is_some_and(|lexeme| lexeme.is_word(word)))
        };
        if follow(&["lock", "in", "share"]) {
            return Err(forbidden("LOCK IN SHARE MODE", "it locks the rows it reads"));
        }
        if follow(&["procedure", "analyse"]) {
            return Err(forbidden("PROCEDURE ANALYSE", "it runs a procedure"));
        }
        if follow(&["next", "value", "for"]) {
            return Err(forbidden("NEXT VALUE FOR", "it moves a sequence"));
        }
        if lexeme.is_symbol(':') && next.is_some_and(|next| next.is_symbol('=') && next.gap == Gap::None) {
            return Err(forbidden(":=", "it assigns a variable"));
        }
        if lexeme.kind == Kind::Symbol && matches!(lexeme.value.as_ref(), "{" | "}") {
            let (line, column) = line_and_column(sql, lexeme.start);
            return Err(CheckError::Parse {
                line,
                column,
                message: "braces have no place in SQL".into(),
            });
        }
        let before = |count: usize| at.checked_sub(count).and_then(|at| lexemes.get(at));
        // The word after TABLESAMPLE is a method.
        let is_method = before(1).is_some_and(|word| word.is_word("tablesample"));
        let is_called = lexeme.is_name() && !is_method && next.is_some_and(|next| next.is_symbol('('));
        let is_of = before(1).is_some_and(|dot| dot.is_symbol('.'));
        // PostgreSQL reads `(x).f` as `f(x)`.
        let is_called_by_dot = lexeme.is_name()
            && is_of
            && before(2).is_some_and(|value| value.is_symbol(')') || value.is_symbol(']'));
        if (is_called || is_called_by_dot)
            && let Some(why) = why_denied(&lexeme.value)
        {
            return Err(forbidden(format!("the function {}", lexeme.value), why));
        }
        let namespace = before(2).filter(|name| is_called && is_of && name.is_name());
        if let Some(namespace) = namespace.filter(|name| is_denied_namespace(&name.value)) {
            return Err(forbidden(
                format!("the function {}.{}", namespace.value, lexeme.value),
                "it runs SQL or calls another server",
            ));
        }
    }
    Ok(())
}

/// Walks the whole tree.
pub(super) fn check_query(query: &Query, dialect: Dialect) -> Result<(), CheckError> {
    let mut guard = Guard { dialect };
    if let ControlFlow::Break(error) = guard.bare(&query.body) {
        return Err(error);
    }
    match query.visit(&mut guard) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(error) => Err(error),
    }
}

struct Guard {
    dialect: Dialect,
}

impl Guard {
    /// Refuses a clause that the parser takes but this database does not have.
    fn foreign(&self, is_there: bool, what: &str) -> ControlFlow<CheckError> {
        if !is_there {
            return ControlFlow::Continue(());
        }
        ControlFlow::Break(forbidden(what, format!("{} does not have it", self.dialect)))
    }

    fn join(&self, join: &Join) -> ControlFlow<CheckError> {
        use JoinOperator as J;
        let what = match &join.join_operator {
            J::Join(_)
            | J::Inner(_)
            | J::Left(_)
            | J::LeftOuter(_)
            | J::Right(_)
            | J::RightOuter(_)
            | J::CrossJoin(_) => {
                return self.foreign(join.global, "GLOBAL JOIN");
            }
            // MySQL reads `a FULL JOIN b` as an inner join with `a` renamed to FULL.
            J::FullOuter(_) => return self.foreign(self.dialect == Dialect::MySql, "FULL JOIN"),
            J::StraightJoin(_) => return self.foreign(self.dialect != Dialect::MySql, "STRAIGHT_JOIN"),
            J::Semi(_) | J::LeftSemi(_) | J::RightSemi(_) => "SEMI JOIN",
            J::Anti(_) | J::LeftAnti(_) | J::RightAnti(_) => "ANTI JOIN",
            J::CrossApply | J::OuterApply => "APPLY",
            J::AsOf { .. } => "ASOF JOIN",
            J::ArrayJoin | J::LeftArrayJoin | J::InnerArrayJoin => "ARRAY JOIN",
        };
        self.foreign(true, what)
    }

    fn item(&self, item: &SelectItem) -> ControlFlow<CheckError> {
        let options = match item {
            SelectItem::ExprWithAliases { .. } => return self.foreign(true, "a list of aliases"),
            SelectItem::Wildcard(options) | SelectItem::QualifiedWildcard(_, options) => options,
            SelectItem::UnnamedExpr(_) | SelectItem::ExprWithAlias { .. } => return ControlFlow::Continue(()),
        };
        let has_any = options.opt_ilike.is_some()
            || options.opt_exclude.is_some()
            || options.opt_except.is_some()
            || options.opt_replace.is_some()
            || options.opt_rename.is_some()
            || options.opt_alias.is_some();
        self.foreign(has_any, "a * with options")
    }

    /// Refuses a function. The words were looked at before; this holds where the tree calls without parentheses.
    fn call(&self, name: &ObjectName) -> ControlFlow<CheckError> {
        let name = name.0.last().and_then(|part| part.as_ident());
        let name = name.map_or("", |ident| &ident.value);
        match why_denied_by_name(name) {
            Some(why) => ControlFlow::Break(forbidden(format!("the function {name}"), why)),
            None => ControlFlow::Continue(()),
        }
    }

    /// SQLite has parentheses around a query only within an expression or a FROM.
    fn bare(&self, body: &SetExpr) -> ControlFlow<CheckError> {
        let is_in_parentheses = self.dialect == Dialect::Sqlite && matches!(body, SetExpr::Query(_));
        self.foreign(
            is_in_parentheses,
            "a whole query in parentheses (write it without)",
        )
    }

    /// Refuses a set operand that is a statement.
    fn operand(&self, body: &SetExpr) -> ControlFlow<CheckError> {
        let what = match body {
            SetExpr::Insert(_) => "INSERT",
            SetExpr::Update(_) => "UPDATE",
            SetExpr::Delete(_) => "DELETE",
            SetExpr::Merge(_) => "MERGE",
            SetExpr::SetOperation { left, right, .. } => {
                self.operand(left)?;
                return self.operand(right);
            }
            SetExpr::Select(_) | SetExpr::Query(_) | SetExpr::Values(_) | SetExpr::Table(_) => {
                return ControlFlow::Continue(());
            }
        };
        ControlFlow::Break(forbidden(what, "it changes data"))
    }
}

impl Visitor for Guard {
    type Break = CheckError;

    fn pre_visit_statement(&mut self, statement: &Statement) -> ControlFlow<CheckError> {
        let text = statement.to_string();
        let what = text.split_whitespace().next().unwrap_or("a statement");
        ControlFlow::Break(forbidden(
            what.to_uppercase(),
            "a query must not contain another statement",
        ))
    }

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<CheckError> {
        self.operand(&query.body)?;
        let named = query.with.iter().flat_map(|with| &with.cte_tables);
        named
            .map(|named| &named.query.body)
            .try_for_each(|body| self.bare(body))?;
        if let SetExpr::SetOperation { left, right, .. } = query.body.as_ref() {
            self.bare(left)?;
            self.bare(right)?;
        }
        if let Some(lock) = query.locks.first() {
            return ControlFlow::Break(forbidden(lock.to_string(), "it locks the rows it reads"));
        }
        let limit_by = matches!(&query.limit_clause,
            Some(LimitClause::LimitOffset { limit_by, .. }) if !limit_by.is_empty());
        let order_all = query.order_by.as_ref().is_some_and(|order_by| {
            matches!(order_by.kind, OrderByKind::All(_)) || order_by.interpolate.is_some()
        });
        self.foreign(query.for_clause.is_some(), "FOR XML or FOR JSON")?;
        self.foreign(query.settings.is_some(), "SETTINGS")?;
        self.foreign(query.format_clause.is_some(), "FORMAT")?;
        self.foreign(!query.pipe_operators.is_empty(), "|>")?;
        self.foreign(limit_by, "LIMIT … BY")?;
        self.foreign(order_all, "ORDER BY ALL")?;
        self.foreign(
            query.fetch.is_some() && self.dialect != Dialect::PostgreSql,
            "FETCH FIRST",
        )
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<CheckError> {
        select
            .from
            .iter()
            .flat_map(|item| &item.joins)
            .try_for_each(|join| self.join(join))?;
        select.projection.iter().try_for_each(|item| self.item(item))?;
        if select.into.is_some() {
            return ControlFlow::Break(forbidden("SELECT INTO", "it makes a table"));
        }
        let by_all = matches!(select.group_by, GroupByExpr::All(_));
        self.foreign(select.top.is_some(), "TOP (use LIMIT)")?;
        self.foreign(select.qualify.is_some(), "QUALIFY")?;
        self.foreign(select.prewhere.is_some(), "PREWHERE")?;
        self.foreign(!select.lateral_views.is_empty(), "LATERAL VIEW")?;
        self.foreign(!select.connect_by.is_empty(), "CONNECT BY")?;
        self.foreign(!select.cluster_by.is_empty(), "CLUSTER BY")?;
        self.foreign(!select.distribute_by.is_empty(), "DISTRIBUTE BY")?;
        self.foreign(!select.sort_by.is_empty(), "SORT BY")?;
        self.foreign(select.exclude.is_some(), "EXCLUDE")?;
        self.foreign(select.value_table_mode.is_some(), "AS STRUCT or AS VALUE")?;
        self.foreign(select.flavor != SelectFlavor::Standard, "FROM before SELECT")?;
        self.foreign(by_all && self.dialect != Dialect::PostgreSql, "GROUP BY ALL")
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<CheckError> {
        let what = match factor {
            TableFactor::Pivot { .. } => "PIVOT",
            TableFactor::Unpivot { .. } | TableFactor::UnpivotExpr { .. } => "UNPIVOT",
            TableFactor::MatchRecognize { .. } => "MATCH_RECOGNIZE",
            TableFactor::OpenJsonTable { .. } => "OPENJSON",
            TableFactor::SemanticView { .. } => "SEMANTIC_VIEW",
            TableFactor::Table { version: Some(_), .. } => "AS OF",
            TableFactor::Table {
                name, args: Some(_), ..
            }
            | TableFactor::Function { name, .. } => return self.call(name),
            _ => return ControlFlow::Continue(()),
        };
        self.foreign(true, what)
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<CheckError> {
        if let Expr::Function(function) = expr {
            self.call(&function.name)?;
            self.foreign(
                !matches!(function.parameters, FunctionArguments::None),
                "a function with two lists",
            )?;
        }
        let outer = matches!(expr, Expr::OuterJoin(_) | Expr::Prior(_) | Expr::Lambda(_));
        self.foreign(outer, "(+), PRIOR or a lambda")
    }

    fn pre_visit_value(&mut self, value: &ValueWithSpan) -> ControlFlow<CheckError> {
        if matches!(value.value, Value::Placeholder(_)) {
            return ControlFlow::Break(forbidden(
                "a placeholder",
                "nothing fills it; write the value itself",
            ));
        }
        ControlFlow::Continue(())
    }
}
