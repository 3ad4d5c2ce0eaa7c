using System.Text;
using Consortium.Fhir.Definitions;
using Consortium.Fhir.Expressions.Functions;
using Consortium.Fhir.Json;

namespace Consortium.Fhir.Expressions;

/// <summary>A path step by element name; at the start of a path also the name of the resource's type.</summary>
internal sealed class ChildExpression : Expression
{
    private readonly Expression? _input;
    private readonly int _name;
    private readonly int _type;

    /// <param name="input">The path before it; null at the start of a path.</param>
    /// <param name="name">The element's name.</param>
    /// <param name="focusType">At the start of a path in the outermost scope the type of the focus, where it is known.</param>
    public ChildExpression(Expression? input, string name, int focusType)
    {
        _input = input;
        Name = name;
        byte[] utf8 = Encoding.UTF8.GetBytes(name);
        _name = R4Tables.Instance.FindName(utf8);
        _type = input is null ? R4Tables.Instance.FindType(utf8) : 0;
        if (input is not null)
        {
            Absent = Absence.OfCall("children", input.Absent);
        }
        else if (focusType != 0 && _type == 0 && R4Tables.Instance.ChildBit(focusType, _name) is var bit and not 0)
        {
            Absent = new Absence(Known.Empty, bit);
            OfFocus = true;
        }
    }

    public string Name { get; }

    /// <summary>Whether it names a child that the type of the outermost focus has, so that <see cref="Evaluation.Present"/> tells of it.</summary>
    public bool OfFocus { get; }

    public override void Evaluate(Evaluation e, in Scope scope, PathList output)
    {
        if (_input is null)
        {
            Step(e, scope.Focus, output);
            return;
        }

        if (_input is TreeExpression tree && _name >= 0)
        {
            tree.Named(e, scope, _name, output);
            return;
        }

        PathList input = e.Rent();
        _input.Evaluate(e, scope, input);
        foreach (ref readonly PathValue item in input.Items) Step(e, item, output);
        e.Return(input);
    }

    public override bool? Truth(Evaluation e, in Scope scope)
    {
        switch (Few(e, scope, out PathValue first))
        {
            case 0:
                return null;
            case 1:
                return first.IsNode && first.Document.Nodes[first.NodeIndex].Kind is JsonKind.True or JsonKind.False
                    ? first.Document.Nodes[first.NodeIndex].Kind == JsonKind.True
                    : Singleton.Truth(first);
            default:
                return base.Truth(e, scope);
        }
    }

    public override int Few(Evaluation e, in Scope scope, out PathValue first)
    {
        first = default;
        if (_name < 0) return base.Few(e, scope, out first);
        if (_input is null)
        {
            return !scope.Focus.IsNode || (_type != 0 && IsFocusType(e, scope.Focus)) ? base.Few(e, scope, out first) : FewChildren(scope.Focus, out first);
        }

        // A path with one item at each step, as most have.
        if (_input is not (ChildExpression or VariableExpression or ThisExpression or FirstExpression)) return base.Few(e, scope, out first);
        return _input.Few(e, scope, out PathValue parent) switch
        {
            0 => 0,
            1 when parent.IsNode => FewChildren(parent, out first),
            _ => base.Few(e, scope, out first),
        };
    }

    public override bool First(Evaluation e, in Scope scope, out PathValue first)
    {
        if (_input is null || _name < 0) return base.First(e, scope, out first);
        return _input.Few(e, scope, out PathValue parent) switch
        {
            0 => base.First(e, scope, out first),
            1 when parent.IsNode => FewChildren(parent, out first) > 0,
            _ => base.First(e, scope, out first),
        };
    }

    private int FewChildren(in PathValue item, out PathValue first)
    {
        first = default;
        FhirDocument document = item.Document;
        int count = 0;
        ElementChildren children = document.ChildrenNamed(item.NodeIndex, _name);
        while (children.MoveNext())
        {
            if (++count > 1) break;
            first = PathValue.Of(document, children.Current);
        }

        return count;
    }

    public override bool Any(Evaluation e, in Scope scope)
    {
        if (OfFocus) return (e.Present & Absent.Children) != 0;
        if (_input is null) return _type != 0 && IsFocusType(e, scope.Focus) || AnyChild(e, scope.Focus);
        int few = _input.Few(e, scope, out PathValue one);
        if (few < 2) return few == 1 && AnyChild(e, one);
        PathList input = e.Rent();
        _input.Evaluate(e, scope, input);
        bool any = false;
        for (int i = 0; i < input.Count && !any; i++) any = AnyChild(e, input[i]);
        e.Return(input);
        return any;
    }

    private bool IsFocusType(Evaluation e, in PathValue focus) => focus.IsNode && focus.TypeRow != 0 && e.Tables.IsA(focus.TypeRow, _type);

    private void Step(Evaluation e, in PathValue item, PathList output)
    {
        if (_type != 0 && IsFocusType(e, item))
        {
            output.Add(item);
            return;
        }

        if (item.Kind == PathKind.TypeInfo)
        {
            if (Name == "name") output.Add(PathValue.Of(item.TypeInfo.Name));
            else if (Name == "namespace") output.Add(PathValue.Of(item.TypeInfo.Namespace));
        }

        if (!item.IsNode || _name < 0) return;
        FhirDocument document = item.Document;
        ElementChildren children = document.ChildrenNamed(item.NodeIndex, _name);
        while (children.MoveNext()) output.Add(PathValue.Of(document, children.Current));
    }

    private bool AnyChild(Evaluation e, in PathValue item)
    {
        if (!item.IsNode) return item.Kind == PathKind.TypeInfo && Name is "name" or "namespace";
        if (_name < 0) return false;
        return item.Document.ChildrenNamed(item.NodeIndex, _name).MoveNext();
    }
}
