using Consortium.Fhir;

namespace Consortium.Adapters.Files;

/// <summary>What a reader of one form gives.</summary>
/// <param name="Text">The text; may be blank.</param>
/// <param name="Pictures">Pictures and embedded objects, whose content is no text.</param>
/// <param name="Notices">What was noticed.</param>
internal sealed record FlowText(string Text, int Pictures, IReadOnlyList<OutcomeIssue> Notices);
