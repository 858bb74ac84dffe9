//! Signs that ask or call for help: a text that holds one is neither thanks nor a reaction.

const CALLING: [char; 22] = [
    '?', '？', '﹖', '¿', '❓', '❔', '⁉', '‼', '❗', '❕', '🆘', '🚨', '🚒', '🚑', '🚓', '🚔', '🔥', '🔪',
    '🩸', '💀', '😭', '⚠',
];

/// Whether a text holds a sign that asks or calls for help.
pub(super) fn calls(text: &str) -> bool {
    text.contains(CALLING)
}
