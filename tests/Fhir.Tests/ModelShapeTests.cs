using System.Collections;
using System.Reflection;
using Consortium.Fhir.Definitions;
using Consortium.Fhir.Model;

namespace Consortium.Fhir.Tests;

/// <summary>The generated classes and the compiled definitions say the same of every type.</summary>
public sealed class ModelShapeTests
{
    private static readonly Assembly Model = typeof(Patient).Assembly;

    private static IEnumerable<Base> Instances() =>
        Model.GetExportedTypes().Where(t => t.IsSubclassOf(typeof(Base)) && !t.IsAbstract && !t.IsGenericType).Select(t => (Base)Activator.CreateInstance(t)!);

    [Fact]
    public void EveryResourceType_HasAClass() =>
        Assert.Equal(FhirR4.ResourceTypes, Instances().OfType<Resource>().Select(r => r.TypeName).Order(StringComparer.Ordinal));

    [Fact]
    public void EveryProperty_StandsInTheSlotOfItsElement()
    {
        R4Tables tables = R4Tables.Instance;
        int checkedProperties = 0;
        foreach (Base instance in Instances().Where(i => i is not PrimitiveElement))
        {
            TypeRow row = tables.Types[ModelTypes.RowOf(instance)];
            Assert.Equal(row.ElementCount, instance.ClassSlots);
            foreach (PropertyInfo property in instance.GetType().GetProperties().Where(p => p.CanWrite))
            {
                Base one = instance.NewInstance();
                property.SetValue(one, Value(property.PropertyType));
                int slot = Enumerable.Range(0, one.ClassSlots).Single(i => one.ReadSlot(i) is not null);
                ElementRow element = tables.Elements[row.ElementStart + slot];
                string name = tables.Text(element.Name);
                Assert.Contains(property.Name, new[] { char.ToUpperInvariant(name[0]) + name[1..], char.ToUpperInvariant(name[0]) + name[1..] + "Element" });
                Assert.Equal(element.Repeats == 1, one.ReadSlot(slot) is IList);
                checkedProperties++;
            }
        }

        Assert.True(checkedProperties > 5000, $"Only {checkedProperties} properties were checked.");
    }

    [Fact]
    public void EveryChoice_IsImplementedByExactlyItsTypes()
    {
        R4Tables tables = R4Tables.Instance;
        Base[] all = [.. Instances()];
        foreach (Base instance in all.Where(i => i is not PrimitiveElement))
        {
            TypeRow row = tables.Types[ModelTypes.RowOf(instance)];
            foreach (PropertyInfo property in instance.GetType().GetProperties().Where(p => p.PropertyType.IsInterface))
            {
                ElementRow element = Enumerable.Range(row.ElementStart, row.ElementCount).Select(i => tables.Elements[i])
                    .Single(e => string.Equals(tables.Text(e.Name), property.Name.Replace("Element", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase));
                HashSet<string> allowed = [.. Enumerable.Range(element.TypeStart, element.TypeCount).Select(t => tables.TypeName(tables.ElementTypes[t].Type))];
                // Age and its like derive from Quantity; the writer refuses them where only Quantity is allowed.
                if (allowed.Contains("Quantity")) allowed.UnionWith(["Age", "Count", "Distance", "Duration"]);
                HashSet<string> compiled = [.. all.Where(v => property.PropertyType.IsInstanceOfType(v)).Select(v => v.TypeName)];
                Assert.True(allowed.SetEquals(compiled), $"{instance.TypeName}.{property.Name}");
            }
        }
    }

    [Fact]
    public void EveryEnum_HasACodeForEachMember()
    {
        Type[] enums = [.. Model.GetExportedTypes().Where(t => t.GetCustomAttribute<FhirCodesAttribute>() is not null)];
        Assert.True(enums.Length > 200, $"Only {enums.Length} enums were found.");
        Assert.All(enums, type =>
        {
            string[] codes = type.GetCustomAttribute<FhirCodesAttribute>()!.Codes.Split('|');
            Assert.Equal(Enum.GetNames(type).Length, codes.Length);
            Assert.Equal(codes.Length, codes.Distinct(StringComparer.Ordinal).Count());
        });
    }

    private static object? Value(Type type)
    {
        if (type == typeof(string)) return "x";
        if (type.IsInterface) return Instances().First(type.IsInstanceOfType);
        if (type == typeof(Resource)) return new Basic();
        return Activator.CreateInstance(type);
    }
}
