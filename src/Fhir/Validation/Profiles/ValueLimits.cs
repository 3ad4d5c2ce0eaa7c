using Consortium.Fhir.Conformance;
using Consortium.Fhir.Expressions;

namespace Consortium.Fhir.Validation.Profiles;

/// <summary>minValue[x] and maxValue[x], inclusive; a duration counts from now (FHIR R4 elementdefinition-definitions.html#ElementDefinition.minValue[x]).</summary>
internal sealed class ValueLimits(ProfileRun run, FhirDocument document)
{
    public void Check(Profile profile, ProfileElement element, int at, Findings findings)
    {
        if (element.MinValue is { } min && Order(at, min, past: true) < 0)
        {
            findings.Error(profile, document, at, "value", $"{element.Id} is at least {Shown(min, past: true)}; the value is below", "minValue");
        }

        if (element.MaxValue is { } max && Order(at, max, past: false) > 0)
        {
            findings.Error(profile, document, at, "value", $"{element.Id} is at most {Shown(max, past: false)}; the value is above", "maxValue");
        }
    }

    /// <summary>Order of the value and the limit; null where precision or units leave it open.</summary>
    private int? Order(int at, ValueLimit limit, bool past)
    {
        PathValue value = PathValue.Of(document, at);
        if (!value.TrySystem(out PathValue found)) return null;
        try
        {
            if (limit.Unit is not null && found.Kind is PathKind.Date or PathKind.DateTime)
            {
                PathQuantity duration = new(past ? -limit.Number : limit.Number, limit.Unit);
                // Years and months of the calendar: a person's limit in years is one of birthdays.
                string? unit = limit.Unit switch { "a" => "year", "mo" => "month", _ => duration.DateUnit };
                PathDateTime now = PathDateTime.Now(run.Now).As(found.Kind);
                return unit is null || now.Add(duration.Number, unit) is not { } border ? null : PathDateTime.Compare(found.DateTime, border, out _);
            }

            if (!limit.Value.Exists) return null;
            (FhirDocument definition, int index) = limit.Value.Place();
            return Ordering.Compare(value, PathValue.Of(definition, index));
        }
        catch (FhirPathException)
        {
            // The value is of another type than the limit; the type rules say so.
            return null;
        }
    }

    private static string Shown(ValueLimit limit, bool past) => limit.Unit is null || (limit.Value.Exists && limit.Value.TypeName != "Quantity")
        ? ValueRules.Shown(limit.Value)
        : FormattableString.Invariant($"{limit.Number} '{limit.Unit}'") + (limit.Value.Exists ? string.Empty : past ? " before now" : " after now");
}
