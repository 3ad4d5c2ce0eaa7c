using Consortium.Adapters.Site;

namespace Consortium.Adapters.Cda.Sharing;

/// <summary>
/// Identifiers of the Chinese sharing documents (WS/T 500). Their OIDs say what a number is, not who gave it: a hospital's own numbers get the systems that the
/// other adapters use for that source, so that a message and a document of one hospital speak of one patient.
/// </summary>
internal static class SharingIdentifiers
{
    /// <summary>The system of numbers that a hospital gives itself; null for other roots.</summary>
    public static string? System(string root, CdaConversion conversion) => root switch
    {
        "2.16.156.10011.1.13" => conversion.Context.IdentifierSystems.MedicalRecordOf(conversion.Record.Source),
        "2.16.156.10011.1.12" => IdentifierSystems.OfSource(conversion.Record.Source, "admission"),
        "2.16.156.10011.1.11" => IdentifierSystems.OfSource(conversion.Record.Source, "outpatient"),
        "2.16.156.10011.1.1" => IdentifierSystems.OfSource(conversion.Record.Source, "document"),
        "2.16.156.10011.1.7" or "2.16.156.10011.1.4" => IdentifierSystems.OfSource(conversion.Record.Source, "staff"),
        _ => null,
    };
}
