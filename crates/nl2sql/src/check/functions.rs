//! The functions that a query must not call.
//!
//! One list for all databases: a name that is harmless on one is not missed there. It is a fence, not the wall; the
//! wall is a database role that may only read.

use std::sync::LazyLock;

/// Why a family of functions is refused, and its names. A `*` at the end stands for any ending.
const FAMILIES: &[(&str, &[&str])] = &[
    (
        "it reads files of the server",
        &[
            "load_file",
            "readfile",
            "fsdir",
            "lsdir",
            "lsmode",
            "zipfile",
            "openrowset",
            "opendatasource",
            "openquery",
            "pg_read_*",
            "pg_ls_*",
            "pg_stat_file",
            "pg_file_read",
            "pg_current_logfile",
            "pg_hba_file_rules",
            "pg_ident_file_mappings",
            "pg_show_all_file_settings",
            "pg_config",
            "bfilename",
            "loread",
            "utl_file*",
            "fileio_*",
            "blobfromfile",
            "importshp",
            "importdbf",
            "importxls",
            "importdxf*",
            "importgeojson",
            "importzip*",
            "importwfs",
            "xb_loadxml",
            "st_fromgdalraster",
            "table_import_from_s3",
        ],
    ),
    (
        "it writes files of the server",
        &[
            "writefile",
            "edit",
            "pg_file_*",
            "lowrite",
            "lo_*",
            "pg_logdir_ls",
            "blobtofile",
            "exportshp",
            "exportdbf",
            "exportdxf",
            "exportgeojson*",
            "exportkml",
            "xb_storexml",
            "query_export_to_s3",
            "sqlite_log",
        ],
    ),
    (
        "it loads or runs code",
        &[
            "load_extension",
            "fts3_tokenizer",
            "sys_exec",
            "sys_eval",
            "sys_get",
            "sys_set",
            "sys_bineval",
            "lib_mysqludf*",
            "xp_*",
            "sp_*",
            "shell",
            "shell_*",
            "system",
            "lambda_sync",
            "lambda_async",
            "pgtle_*",
            "plv8_*",
            "mle_*",
            "mroonga_command",
            "xslt_process",
            "plpgsql_call_handler",
            "plpgsql_inline_handler",
            "sqlite3_*",
            "define",
            "undefine",
            "define_free",
        ],
    ),
    (
        "it runs SQL given as text",
        &[
            "query_to_xml*",
            "table_to_xml*",
            "cursor_to_xml*",
            "schema_to_xml*",
            "database_to_xml*",
            "dblink*",
            "eval",
            "crosstab*",
            "connectby*",
            "xpath_table",
            "ts_stat",
            "ts_rewrite",
            "sha3_query",
            "bytecode",
            "tables_used",
            "cypher",
            "spider_*",
            "run_command_on_*",
            "master_run_on_worker",
            "pg_background_*",
            "postgres_fdw_*",
            "pg_execute*",
            "exec_sql",
        ],
    ),
    (
        "it waits, or keeps the server busy",
        &[
            "sleep",
            "usleep",
            "pg_sleep*",
            "benchmark",
            "waitfor",
            "master_pos_wait",
            "source_pos_wait",
            "wait_for_executed_gtid_set",
            "wait_until_sql_thread_after_gtids",
            "master_gtid_wait",
            "wsrep_sync_wait_upto_gtid",
            "zeroblob",
            "randomblob",
            "create_dh_parameters",
            "create_asymmetric_priv_key",
            "pg_wal_replay_*",
            "pg_prewarm",
            "autoprewarm*",
        ],
    ),
    (
        "it takes or releases locks",
        &[
            "get_lock",
            "release_lock",
            "release_all_locks",
            "service_get_*",
            "service_release_locks",
            "pg_advisory*",
            "pg_try_advisory*",
        ],
    ),
    (
        "it changes state of the session or the server",
        &[
            "nextval",
            "setval",
            "lastval_set",
            "set_config",
            "setseed",
            "set_limit",
            "last_insert_id",
            "optimize",
            "heap_force_*",
            "addgeometrycolumn",
            "dropgeometry*",
            "updategeometrysrid",
            "populate_geometry_columns",
            "addrasterc*",
            "droprasterc*",
            "addoverviewconstraints",
            "dropoverviewconstraints",
            "initspatialmetadata*",
            "postgis_extensions_upgrade",
            "drop_chunks",
            "create_hypertable",
            "add_job",
            "alter_job",
            "delete_job",
            "create_distributed_table",
            "undistribute_table",
            "txid_current",
            "pg_current_xact_id",
            "pg_export_snapshot",
            "pg_notify",
            "pg_reload_conf",
            "pg_rotate_logfile*",
            "pg_terminate_backend",
            "pg_cancel_backend",
            "pg_log_backend_memory_contexts",
            "pg_promote",
            "pg_switch_*",
            "pg_create_*",
            "pg_drop_*",
            "pg_copy_*",
            "pg_logical_*",
            "pg_replication_*",
            "pg_sync_replication_slots",
            "pg_start_backup",
            "pg_stop_backup",
            "pg_backup_*",
            "pg_stat_reset*",
            "pg_stat_statements_reset",
            "pg_stat_clear_snapshot",
            "pg_stat_force_next_flush",
            "pg_import_system_collations",
            "pg_extension_config_dump",
            "pg_nextoid",
            "pg_stop_making_pinned_objects",
            "pg_truncate_visibility_map",
            "pg_restore_*",
            "pg_clear_*",
            "brin_summarize_*",
            "brin_desummarize_range",
            "gin_clean_pending_list",
            "binary_upgrade_*",
            "pg_set_*",
            "pg_injection*",
            "group_replication_*",
            "asynchronous_connection_failover_*",
            "keyring_*",
            "version_tokens_*",
            "audit_log_*",
            "mysql_firewall_*",
            "set_firewall_*",
            "read_firewall_*",
            "gen_dictionary*",
            "gen_blocklist",
            "mask_dictionary*",
            "masking_dictionar*",
            "firewall_group_*",
            "audit_api_*",
            "option_tracker_*",
            "mysql_query_attribute_*",
            "load_rewrite_rules",
            "flush_rewrite_rules",
            "ps_setup_*",
            "http_*",
            "http",
        ],
    ),
    (
        "it tells of the session or the server, not of the data",
        &[
            "currval",
            "lastval",
            "current_setting",
            "get_raw_page",
            "heap_page_*",
            "page_header",
            "page_checksum",
            "fsm_page_contents",
            "tuple_data_split",
            "bt_*",
            "brin_*",
            "gin_*",
            "gist_page_*",
            "hash_page_*",
            "hash_bitmap_info",
            "hash_metapage_info",
            "verify_heapam",
            "pgrowlocks*",
            "pgstat*",
            "rtreecheck",
            "ssl_*",
            // Every version of these servers adds some; what may be called is said below.
            "pg_*",
            "sqlite_*",
            "pragma_*",
        ],
    ),
];

/// Of the families that are refused as a whole, what may be called: sizes, definitions and types.
const HARMLESS: &[&str] = &[
    "pg_client_encoding",
    "pg_collation_for",
    "pg_column_size",
    "pg_database_size",
    "pg_encoding_to_char",
    "pg_get_constraintdef",
    "pg_get_expr",
    "pg_get_indexdef",
    "pg_get_serial_sequence",
    "pg_get_viewdef",
    "pg_indexes_size",
    "pg_input_is_valid",
    "pg_relation_size",
    "pg_size_bytes",
    "pg_size_pretty",
    "pg_table_is_visible",
    "pg_table_size",
    "pg_total_relation_size",
    "pg_typeof",
    "sqlite_compileoption_used",
    "sqlite_source_id",
    "sqlite_version",
];

/// No function of these databases has other letters than ASCII's; a name that does is made to look like one.
const FOREIGN_LETTERS: &str = "its name has letters that no function of the database has";

/// A name, or with a `*` the beginning of names, and why it is refused.
type Refused = (&'static str, &'static str);

/// The same by their first letter, in the same order, so that a name is compared with few.
static BY_LETTER: LazyLock<[Vec<Refused>; 26]> = LazyLock::new(|| {
    let mut by_letter = [const { Vec::new() }; 26];
    for (why, patterns) in FAMILIES {
        for pattern in *patterns {
            let letter = letter(pattern).expect("every pattern begins with a letter");
            by_letter[letter].push((*pattern, *why));
        }
    }
    by_letter
});

fn letter(name: &str) -> Option<usize> {
    let first = name.bytes().next().filter(u8::is_ascii_alphabetic)?;
    Some(usize::from(first.to_ascii_lowercase() - b'a'))
}

/// Why a function of the tree must not be called: as [`why_denied`], or because its name is made to look like another's.
pub(super) fn why_denied_by_name(name: &str) -> Option<&'static str> {
    let foreign = (!name.is_ascii()).then_some(FOREIGN_LETTERS);
    why_denied(name).or(foreign)
}

/// Whether nothing of a namespace may be called: its functions run SQL later, or elsewhere.
pub(super) fn is_denied_namespace(name: &str) -> bool {
    const NAMESPACES: [&str; 8] = [
        "cron",
        "pgagent",
        "partman",
        "pgtle",
        "aws_lambda",
        "aws_s3",
        "dblink",
        "net",
    ];
    NAMESPACES.iter().any(|denied| name.eq_ignore_ascii_case(denied))
}

/// Why a function must not be called; `None` when it may. The name is its last part, in any case.
pub(super) fn why_denied(name: &str) -> Option<&'static str> {
    let denied = |pattern: &str| match pattern.strip_suffix('*') {
        Some(prefix) => name
            .get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix)),
        None => name.eq_ignore_ascii_case(pattern),
    };
    let (_, why) = BY_LETTER[letter(name)?]
        .iter()
        .find(|(pattern, _)| denied(pattern))?;
    let is_harmless = HARMLESS
        .iter()
        .any(|harmless| name.eq_ignore_ascii_case(harmless));
    Some(*why).filter(|_| !is_harmless)
}

#[cfg(test)]
mod tests {
    use super::{FAMILIES, why_denied};

    #[test]
    fn families_match_by_whole_name_or_by_beginning() {
        assert_eq!(
            why_denied("PG_Sleep_For"),
            Some("it waits, or keeps the server busy")
        );
        assert_eq!(why_denied("lo_import"), Some("it writes files of the server"));
        for harmless in [
            "sleepiness",
            "log",
            "lower",
            "locate",
            "count",
            "pg_typeof",
            "editdist",
            "replace",
        ] {
            assert_eq!(why_denied(harmless), None, "{harmless}");
        }
    }

    #[test]
    fn every_name_of_every_family_is_refused_for_the_reason_of_the_first() {
        let plainly = |name: &str| {
            let denied = |pattern: &&str| match pattern.strip_suffix('*') {
                Some(prefix) => name.starts_with(prefix),
                None => name == *pattern,
            };
            let found = FAMILIES.iter().find(|(_, patterns)| patterns.iter().any(denied));
            found.map(|(why, _)| *why)
        };
        for pattern in FAMILIES.iter().flat_map(|(_, patterns)| *patterns) {
            for name in [
                pattern.replace('*', ""),
                pattern.replace('*', "_x"),
                format!("{pattern}y"),
                format!("x{pattern}"),
            ] {
                assert_eq!(why_denied(&name.to_uppercase()), plainly(&name), "{name}");
            }
            assert!(why_denied(&pattern.replace('*', "z")).is_some(), "{pattern}");
        }
    }
}
