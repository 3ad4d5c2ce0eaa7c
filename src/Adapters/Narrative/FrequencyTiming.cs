using System.Globalization;
using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Narrative;

/// <summary>A frequency as the words of prescriptions have it (<c>frequency[-max]/period[-max]/unit[/when]</c>) in a Timing.repeat (FHIR R4 datatypes.html#Timing).</summary>
internal static class FrequencyTiming
{
    /// <summary>Sets frequency, frequencyMax, period, periodMax, periodUnit and when.</summary>
    /// <param name="repeat">The repeat element.</param>
    /// <param name="written">The frequency.</param>
    public static void Set(DraftObject repeat, string written)
    {
        string[] parts = written.Split('/');
        Bounds(repeat, "frequency", parts[0]);
        Bounds(repeat, "period", parts[1]);
        repeat["periodUnit"] = parts[2];
        if (parts.Length > 3) repeat.Append("when", parts[3]);
    }

    private static void Bounds(DraftObject repeat, string name, string written)
    {
        int dash = written.IndexOf('-', StringComparison.Ordinal);
        repeat[name] = int.Parse(dash < 0 ? written : written[..dash], CultureInfo.InvariantCulture);
        if (dash >= 0) repeat[name + "Max"] = int.Parse(written[(dash + 1)..], CultureInfo.InvariantCulture);
    }
}
