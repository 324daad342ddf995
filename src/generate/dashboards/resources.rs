//! Resources: use, saturation and errors of what the plugin runs on.

use super::panel::{Dashboard, Measure, Panel, Row};
use super::promql::Promql;
use crate::generate::plan::Plan;
use crate::telemetry::catalogue::{
    ACTIVE_CONNECTIONS, ALLOCATOR, CACHE_ENTRIES, CACHE_SIZE, CONNECTIONS_CLOSED, CPU_LIMIT, CPU_THROTTLED,
    CPU_USAGE, IN_FLIGHT, MAX_CONNECTIONS, MEMORY_LIMIT, MEMORY_USAGE, POOL_SIZE, PROCESS_CPU,
    PROCESS_MAX_FDS, PROCESS_OPEN_FDS, PROCESS_THREADS, QUEUE_CAPACITY, QUEUE_DEPTH, QUEUE_WAIT, REJECTED,
    REQUESTS, TOKIO_BUSY, TOKIO_LIVE_TASKS, TOKIO_PARKS, TOKIO_QUEUE_DEPTH, TOKIO_WORKERS,
};

const EACH: &[&str] = &["instance"];

/// The resources.
pub fn dashboard(plan: &Plan) -> Dashboard {
    let q = Promql::new(plan, &[]);
    Dashboard {
        key: "resources",
        title: "atest-ext-ai resources",
        about: "What the plugin uses of the machine and of its own limits, and where it gets tight.",
        variables: &[],
        rows: vec![
            cpu(plan, &q),
            memory(plan, &q),
            saturation(plan, &q),
            runtime(plan, &q),
        ],
    }
}

fn cpu(plan: &Plan, q: &Promql) -> Row {
    let used = q.rate(&PROCESS_CPU, EACH, "");
    let limit = q.max(&CPU_LIMIT, EACH, "");
    let panels = vec![
        Panel::lines("CPU cores", Measure::Count, "Cores in use, beside those that it may use.")
            .query(used.clone(), "{{instance}}")
            .query(limit.clone(), "limit of {{instance}}"),
        Panel::lines("CPU", Measure::Share, "Share of the cores that it may use.")
            .query(format!("{used} / {limit}"), "{{instance}}")
            .limit(plan, "AtestAiCpuSaturated"),
        Panel::lines("CPU throttling", Measure::Share, "Share of the time in which its control group was held back because its quota was used up: latency without load.")
            .query(q.rate(&CPU_THROTTLED, EACH, ""), "{{instance}}")
            .limit(plan, "AtestAiCpuThrottled")
            .empty_when("there are no control groups, so nothing is held back"),
    ];
    Row::new("Processor", panels)
}

fn memory(plan: &Plan, q: &Promql) -> Row {
    let share = format!(
        "max by (instance) ({} / {})",
        q.of(&MEMORY_USAGE, ""),
        q.of(&MEMORY_LIMIT, "")
    );
    let fds = format!(
        "max by (instance) ({} / {})",
        q.of(&PROCESS_OPEN_FDS, ""),
        q.of(&PROCESS_MAX_FDS, "")
    );
    let panels = vec![
        Panel::lines("Memory in bytes", Measure::of(&MEMORY_USAGE), "Memory in use, beside the most that may be.")
            .query(q.max(&MEMORY_USAGE, EACH, ""), "{{instance}}")
            .query(q.max(&MEMORY_LIMIT, EACH, ""), "limit of {{instance}}"),
        Panel::lines("Memory", Measure::Share, "Share of the memory that it may use: at 100 % the system ends it.")
            .query(share, "{{instance}}")
            .up_to(1.0)
            .limit(plan, "MemoryUsageHigh"),
        Panel::lines("Allocator", Measure::of(&ALLOCATOR), "Memory as the allocator counts it. A leak grows `allocated`; where only `resident` grows, memory is in pieces.")
            .query(q.max(&ALLOCATOR, &["instance", "state"], ""), "{{instance}} {{state}}"),
        Panel::lines("Memory of caches", Measure::of(&CACHE_SIZE), "Memory that the entries of caches take.")
            .query(q.max(&CACHE_SIZE, &["instance", "cache"], ""), "{{instance}} {{cache}}"),
        Panel::lines("Cache entries", Measure::of(&CACHE_ENTRIES), "Entries kept in memory.")
            .query(q.max(&CACHE_ENTRIES, &["instance", "cache"], ""), "{{instance}} {{cache}}"),
        Panel::lines("File descriptors", Measure::Share, "Share of the descriptors that may be open. At 100 % no client gets in, and no provider is reached.")
            .query(fds, "{{instance}}")
            .up_to(1.0)
            .limit(plan, "AtestAiFdsNearLimit"),
    ];
    Row::new("Memory and descriptors", panels)
}

fn saturation(plan: &Plan, q: &Promql) -> Row {
    let queue = format!(
        "max by (instance, queue) ({} / {})",
        q.of(&QUEUE_DEPTH, ""),
        q.of(&QUEUE_CAPACITY, "")
    );
    let connections = format!(
        "max by (instance) ({} / {})",
        q.of(&ACTIVE_CONNECTIONS, ""),
        q.of(&MAX_CONNECTIONS, "")
    );
    let load = "reason=~\"queue_full|queue_timeout|rate_limit\"";
    let turned_away = q.rate(&REJECTED, &[], load);
    let turned_away = format!("{turned_away} / ({turned_away} + {})", q.rate(&REQUESTS, &[], ""));
    let panels = vec![
        Panel::lines("Questions under way", Measure::of(&IN_FLIGHT), "Questions that are answered at this moment, beside the most that may be.")
            .query(q.max(&IN_FLIGHT, EACH, ""), "{{instance}}")
            .query(q.max(&POOL_SIZE, EACH, ""), "limit of {{instance}}"),
        Panel::lines("Questions waiting", Measure::of(&QUEUE_DEPTH), "Questions that wait for a place: scale by this.")
            .query(q.max(&QUEUE_DEPTH, EACH, ""), "{{instance}}")
            .query(q.max(&QUEUE_CAPACITY, EACH, ""), "limit of {{instance}}"),
        Panel::lines("Queue", Measure::Share, "How full the queue is. At 100 % questions are turned away.")
            .query(queue, "{{instance}} {{queue}}")
            .up_to(1.0)
            .limit(plan, "AtestAiQueueSaturated"),
        Panel::lines("Wait in the queue", Measure::of(&QUEUE_WAIT), "How long questions waited for a place.")
            .query(q.quantile(0.5, &QUEUE_WAIT, &[], ""), "50 %")
            .query(q.quantile(0.95, &QUEUE_WAIT, &[], ""), "95 %")
            .limit(plan, "AtestAiQueueWaitLong"),
        Panel::lines("Open connections", Measure::of(&ACTIVE_CONNECTIONS), "Open connections of clients, beside the most that may be open.")
            .query(q.max(&ACTIVE_CONNECTIONS, EACH, ""), "{{instance}}")
            .query(q.max(&MAX_CONNECTIONS, EACH, ""), "limit of {{instance}}"),
        Panel::lines("Connections", Measure::Share, "Share of the connections that may be open.")
            .query(connections, "{{instance}}")
            .up_to(1.0)
            .limit(plan, "AtestAiConnectionsSaturated"),
        Panel::lines("Connections closed", Measure::PerSecond, "Connections that were turned away (limit, user) or cut because the client took nothing of its reply (stalled).")
            .query(q.rate(&CONNECTIONS_CLOSED, &["door", "reason"], ""), "{{door}} {{reason}}")
            .wide(12),
        Panel::lines("Turned away", Measure::Share, "Share of questions that were turned away for lack of room, before anybody worked on them.")
            .query(turned_away, "turned away")
            .up_to(1.0)
            .wide(12)
            .limit(plan, "AtestAiShedding"),
    ];
    Row::new("Saturation", panels)
}

fn runtime(plan: &Plan, q: &Promql) -> Row {
    let busy = format!(
        "{} / {}",
        q.rate(&TOKIO_BUSY, EACH, ""),
        q.max(&TOKIO_WORKERS, EACH, "")
    );
    let panels = vec![
        Panel::lines("Runtime threads busy", Measure::Share, "Share of their time that the threads were at work. Near 100 % the plugin needs more CPU.")
            .query(busy, "{{instance}}")
            .up_to(1.0)
            .limit(plan, "AtestAiRuntimeStarved"),
        Panel::lines("Tasks", Measure::of(&TOKIO_LIVE_TASKS), "Tasks that have not ended. They follow connections and questions; a line that only grows is a leak.")
            .query(q.max(&TOKIO_LIVE_TASKS, EACH, ""), "{{instance}}"),
        Panel::lines("Tasks waiting", Measure::of(&TOKIO_QUEUE_DEPTH), "Tasks that wait for any thread: near 0, unless something holds threads up.")
            .query(q.max(&TOKIO_QUEUE_DEPTH, EACH, ""), "{{instance}}"),
        Panel::lines("Threads going to sleep", Measure::PerSecond, "How often a thread found nothing to do. Busy threads that never sleep are held up.")
            .query(q.rate(&TOKIO_PARKS, EACH, ""), "{{instance}}"),
        Panel::lines("Threads", Measure::of(&PROCESS_THREADS), "Threads of the process.")
            .query(q.max(&PROCESS_THREADS, EACH, ""), "{{instance}}"),
        Panel::lines("CPU at a glance", Measure::of(&CPU_USAGE), "CPU since the sample before; 100 is one core.")
            .query(q.max(&CPU_USAGE, EACH, ""), "{{instance}}"),
    ];
    Row::new("Runtime", panels)
}
