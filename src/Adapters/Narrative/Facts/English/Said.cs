namespace Consortium.Adapters.Narrative.Facts.English;

/// <summary>What the cues around a fact say of it; several may.</summary>
[Flags]
internal enum Said : byte
{
    Nothing = 0,
    Negated = 1,
    Uncertain = 2,
    Historical = 4,
    Hypothetical = 8,
    Other = 16,
    /// <summary>A step that is considered, not taken.</summary>
    Consider = 32,
}
