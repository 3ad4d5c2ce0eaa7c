using Consortium.Adapters.Hl7V2.Er7;

namespace Consortium.Adapters.Hl7V2.Types;

/// <summary>Yes/no indicators, HL7 table 0136.</summary>
internal static class Flags
{
    /// <summary>True for Y, false for N, null where absent; anything else is an error.</summary>
    public static bool? YesNo(Er7Value value, MessageConversion conversion)
    {
        switch (value.Text)
        {
            case null:
                return null;
            case "Y" or "y" or "YES":
                return true;
            case "N" or "n" or "NO":
                return false;
            default:
                conversion.Error("code-invalid", value, "the code is not in HL7 table 0136 (yes/no): Y or N is expected.");
                return null;
        }
    }
}
