using System.Globalization;
using Consortium.Adapters.Chinese;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Table.Language.Values;

namespace Consortium.Adapters.Table.Language.Run;

/// <summary>A resident identity number says sex and date of birth too (GB 11643-1999); where a patient's columns say otherwise, one of the two is wrong.</summary>
internal static class CardsAgree
{
    /// <summary>Compares the numbers that were read with the patients whose identifiers they are.</summary>
    public static void Check(GroupRun run)
    {
        foreach ((ResidentIdentityCard card, CellScope at) in run.Cards)
        {
            foreach (CellResource patient in run.Resources.Where(resource => resource.Entry.Type == "Patient" && Has(resource.Json, card)))
            {
                if ((string?)patient.Json["gender"] is "male" or "female" && (string?)patient.Json["gender"] != card.Gender)
                {
                    at.Error("conflict", "the sex column and the 17th digit of the identity card number disagree.");
                }

                if ((string?)patient.Json["birthDate"] is { } birth && !card.BirthDate.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture).StartsWith(birth, StringComparison.Ordinal))
                {
                    at.Error("conflict", "the birth date column and digits 7 to 14 of the identity card number disagree.");
                }
            }
        }
    }

    private static bool Has(DraftObject patient, ResidentIdentityCard card) =>
        (patient["identifier"] as DraftArray ?? []).OfType<DraftObject>().Any(identifier => (string?)identifier["value"] == card.Number);
}
