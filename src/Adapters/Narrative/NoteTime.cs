namespace Consortium.Adapters.Narrative;

/// <summary>Since when something is so.</summary>
/// <param name="Span">The words that say it: 3天前, two weeks ago.</param>
/// <param name="Start">A FHIR dateTime, as precise as the words; null where they are too vague or no date is known to count from.</param>
internal sealed record NoteTime(TextSpan Span, string? Start);
