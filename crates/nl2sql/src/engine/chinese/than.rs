//! Comparisons that 比 begins: 比平均价格贵, 比100元便宜.

use super::cut::Cutter;
use super::extremes::columns_of;
use super::known::Known;
use super::marks::Mark;
use super::part::Part;
use super::settle::entity_after;

/// What may stand at the end of a comparison, what it says, and the extreme of the same column.
const ENDS: &[(&str, &str, &str)] = &[
    ("贵", "more than", "most expensive"),
    ("高", "more than", "tallest"),
    ("大", "more than", "largest"),
    ("多", "more than", ""),
    ("长", "more than", "longest"),
    ("重", "more than", "heaviest"),
    ("快", "more than", "fastest"),
    ("晚", "more than", ""),
    ("深", "more than", "deepest"),
    ("远", "more than", "farthest"),
    ("宽", "more than", "widest"),
    ("厚", "more than", "widest"),
    ("便宜", "less than", "cheapest"),
    ("低", "less than", "lowest"),
    ("小", "less than", "smallest"),
    ("少", "less than", ""),
    ("短", "less than", "shortest"),
    ("轻", "less than", "lightest"),
    ("慢", "less than", "slowest"),
    ("早", "less than", ""),
    ("浅", "less than", "shallowest"),
    ("近", "less than", "nearest"),
    ("窄", "less than", "widest"),
    ("薄", "less than", "widest"),
];

impl Cutter<'_, '_> {
    /// The word that ends a comparison which 比 began; gives how many characters it takes.
    pub(super) fn surpassed(&self, at: usize, parts: &mut Vec<Part>) -> Option<usize> {
        let open = parts
            .iter()
            .rev()
            .find(|part| matches!(part, Part::Mark(Mark::Than | Mark::Beyond(..))));
        if open != Some(&Part::Mark(Mark::Than)) || parts.last() == open {
            return None;
        }
        let more = usize::from(matches!(self.chars[at], '更' | '还' | '要'));
        let rest = &self.chars[at + more..];
        let (word, op, _) = ENDS.iter().find(|(word, ..)| {
            let length = word.chars().count();
            let ends = match rest.get(length) {
                None => true,
                Some(c) => matches!(c, '的' | '，' | ',' | ' ' | '？' | '?' | '。' | '吗'),
            };
            ends && rest.iter().take(length).copied().eq(word.chars())
        })?;
        parts.push(Part::Mark(Mark::Beyond(word, op)));
        Some(more + word.chars().count())
    }
}

/// 比平均价格贵 as 价格大于平均价格; a 比 that compares with nothing known is a word that nothing explains.
pub(super) fn compare(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    while let Some(than) = parts.iter().position(|part| *part == Part::Mark(Mark::Than)) {
        let end = (than..parts.len()).find(|at| matches!(parts[*at], Part::Mark(Mark::Beyond(..))));
        let told = end.and_then(|end| compared(parts, than, end, known));
        match told {
            Some((from, to, told)) => {
                parts.splice(from..=to, told);
            }
            None => {
                parts[than] = Part::Other("比".to_owned());
                if let Some(Part::Mark(Mark::Beyond(word, _))) = end.map(|end| parts[end].clone())
                    && let Some(end) = end
                {
                    parts[end] = Part::Other(word.to_owned());
                }
            }
        }
    }
}

/// The parts that say a comparison between two places, and which parts they stand for.
fn compared(
    parts: &[Part],
    than: usize,
    end: usize,
    known: &Known<'_, '_>,
) -> Option<(usize, usize, Vec<Part>)> {
    let Part::Mark(Mark::Beyond(word, op)) = parts[end] else {
        return None;
    };
    let thing = entity_after(parts, end + 1);
    let mut with: Vec<Part> = parts[than + 1..end]
        .iter()
        .filter(|part| **part != Part::Mark(Mark::Filler))
        .cloned()
        .collect();
    // 比菜品的平均价格贵的菜品: of all of them.
    if let (Some(Part::Name(name)), Some((home, _))) = (with.first(), thing)
        && name.is_table()
        && name.table_home == Some(home)
    {
        with.remove(0);
        if with.first() == Some(&Part::Mark(Mark::De)) {
            with.remove(0);
        }
    }
    // 工资比平均工资高: the column is said before.
    let before = than.checked_sub(1).and_then(|at| match &parts[at] {
        Part::Name(name) if !name.is_table() && name.is_known() => Some(name.clone()),
        _ => None,
    });
    let from = than - usize::from(before.is_some());
    let measured = || {
        let home = thing.map(|(home, _)| home)?;
        let (.., extreme) = ENDS.iter().find(|(known, ..)| *known == word)?;
        known.column_of(Some(home), columns_of(extreme))
    };
    let compare = Part::Mark(Mark::Compare(op));
    let told = match &with[..] {
        [Part::Mark(Mark::Figure(figure)), Part::Name(name)]
        | [Part::Name(name), Part::Mark(Mark::FigureAfter(figure))]
            if !name.is_table() =>
        {
            let column = before.unwrap_or_else(|| name.clone());
            vec![
                Part::Name(column),
                compare,
                Part::Mark(Mark::Figure(figure)),
                Part::Name(name.clone()),
            ]
        }
        [Part::Mark(Mark::Figure(figure) | Mark::FigureAfter(figure))] => {
            let column = before.or_else(measured)?;
            let of = Part::Name(column.clone());
            vec![Part::Name(column), compare, Part::Mark(Mark::Figure(figure)), of]
        }
        [Part::Number(_), rest @ ..]
            if rest
                .iter()
                .all(|part| matches!(part, Part::Mark(Mark::Measure | Mark::Currency(_)))) =>
        {
            let mut told = vec![Part::Name(before.or_else(measured)?), compare];
            told.extend(with.iter().cloned());
            told
        }
        _ => return None,
    };
    Some((from, end, told))
}
