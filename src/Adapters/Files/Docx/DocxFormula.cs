using System.Xml.Linq;

namespace Consortium.Adapters.Files.Docx;

/// <summary>Formulas (ECMA-376 22.1) as text on a line: exponents raised, fractions with a slash.</summary>
internal static class DocxFormula
{
    /// <summary>Appends a formula.</summary>
    public static void Append(XElement formula, TextFlow flow) => Append(formula, flow, Baseline.Normal);

    private static void Append(XElement element, TextFlow flow, Baseline baseline)
    {
        foreach (XElement child in element.Elements())
        {
            switch (child.Name.LocalName)
            {
                case "t":
                    flow.Append(child.Value, baseline);
                    break;
                case "sup":
                    Append(child, flow, Baseline.Raised);
                    break;
                case "sub" or "lim":
                    Append(child, flow, Baseline.Lowered);
                    break;
                case "den":
                    flow.Append("/");
                    Append(child, flow, baseline);
                    break;
                case "d":
                    flow.Append("(");
                    Append(child, flow, baseline);
                    flow.Append(")");
                    break;
                case "del" or "moveFrom":
                    break;
                case "oMath" or "oMathPara" or "r" or "e" or "num" or "ins" or "sSup" or "sSub" or "sSubSup" or "f" or "box" or "fName" or "func" or "limLow" or "rPr" or "oMathParaPr":
                    Append(child, flow, baseline);
                    break;
                case var name when name.EndsWith("Pr", StringComparison.Ordinal):
                    break;
                default:
                    // Roots, sums, matrices: on a line they would say something else.
                    flow.Append(SymbolFonts.Unknown.ToString());
                    break;
            }
        }
    }
}
