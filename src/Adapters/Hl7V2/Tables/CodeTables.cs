using Consortium.Adapters.Hl7V2.Language.Model;

namespace Consortium.Adapters.Hl7V2.Tables;

/// <summary>The code tables of the functions that the maps call: the same files that the maps use, with what a site adds to them (<c>Maps/tables</c>).</summary>
internal sealed class CodeTables(IReadOnlyDictionary<string, TableModel> tables)
{
    /// <summary>HL7 table 0190 to address-type.</summary>
    public CodeTable AddressType { get; } = new(tables["AddressType[Type]"]);

    /// <summary>HL7 table 0190 to address-use.</summary>
    public CodeTable AddressUse { get; } = new(tables["AddressType[Use]"]);

    /// <summary>Coding systems as messages name them (HL7 table 0396) to URIs.</summary>
    public CodeTable CodingSystem { get; } = new(tables["CodingSystem"]);

    /// <summary>HL7 table 0203.</summary>
    public CodeTable IdentifierType { get; } = new(tables["IdentifierType"]);

    /// <summary>Type and subtype of encapsulated data to media types.</summary>
    public CodeTable MediaType { get; } = new(tables["MediaType"]);

    /// <summary>HL7 table 0200 to name-use.</summary>
    public CodeTable NameUse { get; } = new(tables["NameType"]);

    /// <summary>HL7 table 0202 to contact-point-system.</summary>
    public CodeTable TelecomSystem { get; } = new(tables["TelecommunicationEquipmentType"]);

    /// <summary>HL7 table 0201 to contact-point-use.</summary>
    public CodeTable TelecomUse { get; } = new(tables["TelecommunicationUseCode"]);

    /// <summary>Units as laboratories write them to UCUM.</summary>
    public CodeTable Units { get; } = new(tables["Units"]);
}
