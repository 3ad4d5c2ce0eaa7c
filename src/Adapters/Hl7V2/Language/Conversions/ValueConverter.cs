using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Er7;
using Consortium.Adapters.Hl7V2.Language.Conditions;
using Consortium.Adapters.Hl7V2.Language.Run;

namespace Consortium.Adapters.Hl7V2.Language.Conversions;

/// <summary>Turns a value of a message into a FHIR value. Null where the value says nothing, or where it cannot be said (an issue is noted).</summary>
internal abstract class ValueConverter
{
    /// <summary>True where the converter wants all repetitions of a field at once.</summary>
    public virtual bool TakesWholeField => false;

    /// <summary>Converts a value.</summary>
    /// <param name="value">A repetition, component or sub-component that holds data.</param>
    /// <param name="scope">What stands around it.</param>
    /// <param name="run">The message.</param>
    public abstract DraftNode? Convert(in Er7Value value, Scope scope, MapRun run);

    /// <summary>Fills an object; for converters that make several elements of it.</summary>
    /// <returns>True where something was written.</returns>
    public virtual bool Fill(DraftObject target, in Er7Value value, Scope scope, MapRun run)
    {
        if (Convert(value, scope, run) is not DraftObject made) return false;
        foreach ((string name, DraftNode? part) in made.ToArray())
        {
            if (target.ContainsKey(name)) continue;
            made.Remove(name);
            target[name] = part;
        }

        return true;
    }
}

/// <summary>A conversion that needs nothing but the value.</summary>
internal sealed class FunctionConverter(ConvertValue function) : ValueConverter
{
    public override DraftNode? Convert(in Er7Value value, Scope scope, MapRun run) => function(in value, scope, run);
}

/// <summary>The code of a conversion.</summary>
internal delegate DraftNode? ConvertValue(in Er7Value value, Scope scope, MapRun run);
