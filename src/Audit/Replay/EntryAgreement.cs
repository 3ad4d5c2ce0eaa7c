using System.Globalization;
using Consortium.Integrity;

namespace Consortium.Audit;

/// <summary>What an index entry says of a record's type and time, against the committed record itself as far as a disclosure shows it.</summary>
internal static class EntryAgreement
{
    /// <summary>Where they differ, in words; null where they agree.</summary>
    public static string? Disagreement(IndexEntry entry, Disclosure disclosure)
    {
        if (disclosure.Text("/resourceType") is not { } type) return "The view does not show the record's type, so the index entry cannot be checked.";
        if (IndexIdentifiers.Kind(type) != entry.Kind) return "The index entry's kind is not the committed record's type.";
        if (disclosure.Text("/meta/lastUpdated") is { } lastUpdated
            && DateTimeOffset.TryParse(lastUpdated, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset at)
            && (ulong)at.ToUnixTimeSeconds() != entry.RecordedAt)
        {
            return "The index entry's recordedAt is not the committed record's meta.lastUpdated.";
        }

        return null;
    }

    /// <summary>The value of a disclosed text; null where it is hidden or no text.</summary>
    public static string? Text(this Disclosure disclosure, string pointer) => disclosure.Disclosed.FirstOrDefault(leaf => leaf.Pointer == pointer && leaf.Type == 's')?.Value;
}
