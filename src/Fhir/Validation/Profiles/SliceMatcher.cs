using Consortium.Fhir.Terminology;
using System.Text;
using Consortium.Fhir.Conformance;
using Consortium.Fhir.Json;

namespace Consortium.Fhir.Validation.Profiles;

/// <summary>Whether an item belongs to a slice.</summary>
internal enum SliceAnswer
{
    No,
    Yes,

    /// <summary>A reference cannot be followed, or a value set not be expanded.</summary>
    Unknown,
}

/// <summary>Decides by discriminators which slice an item belongs to (FHIR R4 profiling.html#discriminator).</summary>
internal sealed class SliceMatcher(ProfileRun run, ProfileWalk walk, FhirDocument document)
{
    private readonly Stack<List<Spot>> _spare = new();

    /// <summary>An element that a path leads to; without a document only its type is known.</summary>
    private readonly record struct Spot(FhirDocument? Document, int Node, int Type);

    /// <summary>Whether the item belongs to the slice; <paramref name="why"/> says why not, where it is asked for.</summary>
    public SliceAnswer Match(Profile profile, Slicing slicing, Slice slice, int item, StringBuilder? why)
    {
        if (!run.Spend(1)) return SliceAnswer.Unknown;
        SliceCriterion[] criteria = slice.Criteria(slicing, run.Profiles);
        if (criteria.Length == 0)
        {
            // Without discriminators only the content itself can tell (profiling.html#slicing).
            Findings trial = walk.Try(profile, slice.Element, item);
            if (trial.Errors == 0) return SliceAnswer.Yes;
            why?.Append(trial.Reasons(2));
            return SliceAnswer.No;
        }

        SliceAnswer answer = SliceAnswer.Yes;
        bool determined = false;
        foreach (SliceCriterion criterion in criteria)
        {
            if (criterion is UndeterminedCriterion) continue;
            determined = true;
            SliceAnswer one = Match(profile, criterion, item);
            if (one == SliceAnswer.No)
            {
                why?.Append(Reason(criterion));
                return SliceAnswer.No;
            }

            if (one == SliceAnswer.Unknown)
            {
                why?.Append(criterion.Discriminator.Path.Text).Append(" cannot be decided here");
                answer = SliceAnswer.Unknown;
            }
        }

        if (determined) return answer;
        why?.Append("the profile gives the discriminator ").Append(criteria[0].Discriminator.Path.Text).Append(" nothing to tell this slice by");
        return SliceAnswer.No;
    }

    private SliceAnswer Match(Profile profile, SliceCriterion criterion, int item)
    {
        List<Spot> spots = Select(item, criterion.Discriminator.Path.Steps!);
        SliceAnswer best = SliceAnswer.No;
        if (criterion is ExistsCriterion exists)
        {
            best = spots.Count > 0 == exists.Exists ? SliceAnswer.Yes : SliceAnswer.No;
        }
        else
        {
            for (int i = 0; i < spots.Count && best != SliceAnswer.Yes; i++)
            {
                SliceAnswer one = Match(profile, criterion, spots[i]);
                if (one != SliceAnswer.No) best = one;
            }
        }

        Return(spots);
        return best;
    }

    private SliceAnswer Match(Profile profile, SliceCriterion criterion, Spot spot)
    {
        if (criterion is TypeCriterion types)
        {
            if (spot.Type == 0) return SliceAnswer.Unknown;
            for (int i = 0; i < types.Types.Count; i++)
            {
                if (run.Tables.IsA(spot.Type, types.Types[i])) return SliceAnswer.Yes;
            }

            return SliceAnswer.No;
        }

        if (spot.Document is null)
        {
            // A profile for another type than the reference names is ruled out all the same.
            return criterion is ProfileCriterion named && spot.Type != 0 && IsForOthers(named, spot.Type) ? SliceAnswer.No : SliceAnswer.Unknown;
        }

        bool? met = criterion switch
        {
            FixedCriterion value => IsOneOf(spot, value.Values, isPattern: false),
            PatternCriterion value => IsOneOf(spot, value.Patterns, isPattern: true),
            TextCriterion text => spot.Document.HasValue(spot.Node) && spot.Document.Value(spot.Node).SequenceEqual(text.Utf8),
            ContentCriterion content => run.WalkOf(spot.Document).Try(profile, content.Definition, spot.Node).Errors == 0,
            ValueSetCriterion binding => new ProfileBindings(run, spot.Document).Find(binding.Binding.ValueSet, spot.Node).Membership switch
            {
                Membership.In => true,
                Membership.Out => false,
                _ => null,
            },
            ProfileCriterion profiles => Conforms(profiles, spot),
            _ => null,
        };
        return met switch { true => SliceAnswer.Yes, false => SliceAnswer.No, _ => SliceAnswer.Unknown };
    }

    private static bool IsOneOf(Spot spot, IReadOnlyList<FhirNode> values, bool isPattern)
    {
        for (int i = 0; i < values.Count; i++)
        {
            string? difference = isPattern ? ElementMatch.DifferenceFromPattern(spot.Document!, spot.Node, values[i]) : ElementMatch.DifferenceFromFixed(spot.Document!, spot.Node, values[i]);
            if (difference is null) return true;
        }

        return false;
    }

    private bool IsForOthers(ProfileCriterion criterion, int type) =>
        criterion.Profiles.All(p => run.Profiles.TypeOf(p) is var wanted && wanted != 0 && !run.Tables.IsA(type, wanted));

    private bool? Conforms(ProfileCriterion criterion, Spot spot)
    {
        bool unknown = false;
        foreach (string url in criterion.Profiles)
        {
            if (run.Profiles.Find(url) is not { } one)
            {
                unknown = true;
                continue;
            }

            if ((one.Type == 0 || run.Tables.IsA(spot.Type, one.Type)) && run.WalkOf(spot.Document!).Try(one, spot.Node).Errors == 0) return true;
        }

        return unknown ? null : false;
    }

    private List<Spot> Select(int item, IReadOnlyList<DiscriminatorStep> steps)
    {
        List<Spot> spots = Rent(), next = Rent();
        spots.Add(new Spot(document, item, document.Nodes[item].Type));
        for (int i = 0; i < steps.Count; i++)
        {
            foreach (Spot spot in spots) Take(spot, steps[i], next);
            (spots, next) = (next, spots);
            next.Clear();
        }

        Return(next);
        return spots;
    }

    private List<Spot> Rent() => _spare.TryPop(out List<Spot>? spare) ? spare : [];

    private void Return(List<Spot> spots)
    {
        spots.Clear();
        _spare.Push(spots);
    }

    private void Take(Spot spot, DiscriminatorStep step, List<Spot> next)
    {
        if (step.Kind == DiscriminatorStepKind.OfType)
        {
            if (step.Number == 0 ? next.Count == 0 : run.Tables.IsA(spot.Type, step.Number)) next.Add(spot);
            return;
        }

        if (spot.Document is null) return;
        if (step.Kind == DiscriminatorStepKind.Resolve)
        {
            ReferenceTarget target = ReferenceTargets.Follow(run, spot.Document, spot.Node);
            next.Add(new Spot(target.Document, target.Node, target.Type));
            return;
        }

        int name = step.Kind == DiscriminatorStepKind.Extension ? ProfileNames.Extension : step.Number;
        ElementChildren children = spot.Document.ChildrenNamed(spot.Node, name);
        while (children.MoveNext())
        {
            ref readonly Node node = ref spot.Document.Nodes[children.Current];
            if (step.Kind == DiscriminatorStepKind.Extension && ElementAccess.Text(spot.Document, children.Current, ProfileNames.Url) != step.Text) continue;
            next.Add(new Spot(spot.Document, children.Current, node.Type));
        }
    }

    private string Reason(SliceCriterion criterion)
    {
        string path = criterion.Discriminator.Path.Text;
        return criterion switch
        {
            FixedCriterion value => $"{path} is not {string.Join(" or ", value.Values.Select(ValueRules.Shown))}",
            PatternCriterion value => $"{path} does not match {string.Join(" or ", value.Patterns.Select(ValueRules.Shown))}",
            TextCriterion text => $"{path} is not '{text.Text}'",
            ValueSetCriterion binding => $"{path} is not in {binding.Binding.ValueSet}",
            ContentCriterion content => $"{path} does not have what {content.Definition.Id} fixes",
            ExistsCriterion exists => exists.Exists ? $"{path} is missing" : $"{path} is present",
            TypeCriterion types => $"{path} is not of type {string.Join(" or ", types.Types.Select(run.Tables.TypeName))}",
            ProfileCriterion profiles => $"{path} does not conform to {string.Join(" or ", profiles.Profiles)}",
            _ => path,
        };
    }
}
