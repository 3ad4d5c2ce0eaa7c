using Consortium.Adapters.Hl7V2.Er7;
using Consortium.Adapters.Hl7V2.Language.Conditions;
using Consortium.Adapters.Hl7V2.Language.Run;
using Consortium.Adapters.Hl7V2.Types;

namespace Consortium.Adapters.Hl7V2.Language.Identities;

/// <summary>The rule that a map writes itself: the first of some fields that has a value, alone or with others, in its own system or within another resource.</summary>
internal sealed class FieldRule(string kind, Place[] from, Place[] and, string[] within, Place? authority) : IdentityRule
{
    private const int MostOnStack = 256;

    public override string? Find(IdentityRequest request)
    {
        MapRun run = request.Run;
        Number? number = null;
        foreach (Place place in from)
        {
            if (place.TryFind(request.Scope, out Er7Value value) && value.HasData && (number = Numbers.From(value, run, kind)) is not null) break;
        }

        if (number is null) return null;
        string system = authority is not null && authority.TryFind(request.Scope, out Er7Value named) && named.HasData
            && Identifiers.Authority(named[1].PeekText, named[2].PeekText, named[3].PeekText, run.Conversion) is { } stated ? stated : number.System;
        Span<char> room = stackalloc char[MostOnStack];
        if (within.Length == 0)
        {
            if (and.Length == 0) return run.Conversion.Id(request.ResourceType, system, number.Value);
            var own = new KeyText(room);
            own.Append(number.Value);
            Append(ref own, request.Scope);
            return run.Conversion.Id(request.ResourceType, system, own.Text);
        }

        foreach (string name in within)
        {
            if (request.Names?.IdOf(name) is not { } owner) continue;
            var key = new KeyText(room);
            key.Append(owner);
            key.Next(system);
            key.Next(number.Value);
            Append(ref key, request.Scope);
            return run.Conversion.Id(request.ResourceType, run.Conversion.Source, key.Text);
        }

        return null;
    }

    private void Append(ref KeyText key, Scope scope)
    {
        foreach (Place place in and) key.Next(place.TryFind(scope, out Er7Value value) ? value.PeekText : null);
    }
}
