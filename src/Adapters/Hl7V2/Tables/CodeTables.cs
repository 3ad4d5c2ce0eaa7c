namespace Consortium.Adapters.Hl7V2.Tables;

/// <summary>The code tables of the functions that the maps call. Their content stands in the data files beside this one.</summary>
internal static class CodeTables
{
    public static CodeTable AddressType { get; } = CodeTable.Load("address-type");
    public static CodeTable AddressUse { get; } = CodeTable.Load("address-use");
    public static CodeTable CodingSystem { get; } = CodeTable.Load("coding-system");
    public static CodeTable IdentifierType { get; } = CodeTable.Load("identifier-type");
    public static CodeTable MediaType { get; } = CodeTable.Load("media-type");
    public static CodeTable NameUse { get; } = CodeTable.Load("name-use");
    public static CodeTable TelecomSystem { get; } = CodeTable.Load("telecom-system");
    public static CodeTable TelecomUse { get; } = CodeTable.Load("telecom-use");
    public static CodeTable Units { get; } = CodeTable.Load("units", caseMatters: true);
}
