use std::time::Duration;

use nl2sql::Dialect;

use super::*;
use crate::answer::Confidence;

fn answer(request_id: &str) -> Answer {
    Answer {
        sql: "SELECT secret FROM plans".into(),
        pretty_sql: String::new(),
        explanation: String::new(),
        alternative: None,
        confidence: Confidence::new(0.6),
        confidence_source: ConfidenceSource::Logprob,
        features: None,
        warnings: vec![],
        provider: "it".into(),
        model: "m".into(),
        dialect: Dialect::Sqlite,
        degraded: false,
        instead_of: None,
        cached: false,
        usage: None,
        cost: None,
        explained: false,
        took: Duration::ZERO,
        request_id: request_id.into(),
    }
}

fn feedback(folder: &tempfile::TempDir) -> Arc<Feedback> {
    Arc::new(Feedback::new(Some(folder.path().to_owned())))
}

#[tokio::test]
async fn texts_are_kept_only_where_they_may_be() {
    let folder = tempfile::tempdir().unwrap();
    let feedback = feedback(&folder);
    feedback.remember(&answer("a"), None);
    feedback.remember(&answer("b"), Some("what is the secret plan"));
    let corrected = Some("SELECT 'secret'");
    for (id, keep_text) in [("a", true), ("b", false)] {
        let verdict = Verdict::Corrected;
        feedback.give(id, verdict, corrected, keep_text).await.unwrap();
    }
    let text = std::fs::read_to_string(folder.path().join(FILE)).unwrap();
    assert!(!text.contains("secret") && text.contains("corrected"), "{text}");
    feedback.remember(&answer("c"), Some("what is the secret plan"));
    feedback
        .give("c", Verdict::Corrected, corrected, true)
        .await
        .unwrap();
    let found = read(folder.path()).unwrap();
    let last = found.lines.last().unwrap();
    assert_eq!(last.question.as_deref(), Some("what is the secret plan"));
    assert_eq!(last.sql.as_deref(), Some("SELECT secret FROM plans"));
    assert_eq!(last.corrected_sql.as_deref(), corrected);
}

#[tokio::test]
async fn only_answers_that_are_remembered_can_be_judged() {
    let folder = tempfile::tempdir().unwrap();
    let feedback = feedback(&folder);
    assert_eq!(
        feedback.give("a", Verdict::Used, None, false).await,
        Err(NotTaken::Unknown)
    );
    for number in 0..=REMEMBERED {
        feedback.remember(&answer(&number.to_string()), None);
    }
    let give = |id: &'static str| {
        let feedback = Arc::clone(&feedback);
        async move { feedback.give(id, Verdict::Used, None, false).await }
    };
    assert_eq!(give("0").await, Err(NotTaken::Unknown), "the oldest");
    assert_eq!(give("1").await, Ok(()));
    let nowhere = Arc::new(Feedback::default());
    nowhere.remember(&answer("a"), None);
    let outcome = nowhere.give("a", Verdict::Used, None, false).await;
    assert_eq!(outcome, Err(NotTaken::NoFolder));
}

#[tokio::test]
async fn the_same_verdict_twice_is_kept_once_and_nobody_fills_the_file_with_changes_of_mind() {
    let folder = tempfile::tempdir().unwrap();
    let feedback = feedback(&folder);
    feedback.remember(&answer("a"), None);
    let lines = || {
        std::fs::read_to_string(folder.path().join(FILE))
            .unwrap()
            .lines()
            .count()
    };
    for _ in 0..3 {
        feedback.give("a", Verdict::Used, None, false).await.unwrap();
    }
    assert_eq!(lines(), 1);
    let mut refused = 0;
    for number in 0..20 {
        let verdict = if number % 2 == 0 {
            Verdict::Rejected
        } else {
            Verdict::Used
        };
        refused += u32::from(feedback.give("a", verdict, None, false).await.is_err());
    }
    assert!(refused > 0 && lines() <= 10, "{refused} {}", lines());
}

#[tokio::test]
async fn what_cannot_be_written_is_told_and_may_be_said_again() {
    let folder = tempfile::tempdir().unwrap();
    let feedback = feedback(&folder);
    feedback.remember(&answer("a"), None);
    std::fs::create_dir(folder.path().join(FILE)).unwrap();
    let outcome = feedback.give("a", Verdict::Used, None, false).await;
    assert!(matches!(outcome, Err(NotTaken::Write(_))), "{outcome:?}");
    std::fs::remove_dir(folder.path().join(FILE)).unwrap();
    feedback.give("a", Verdict::Used, None, false).await.unwrap();
    assert_eq!(read(folder.path()).unwrap().lines.len(), 1);
}
