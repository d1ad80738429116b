using System.Collections.ObjectModel;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace MailAdmin.Tests;

public sealed class IndexableTests
{
    /// <summary>PowerShell answers <c>$server.Endpoints[0]</c> with the whole list where the list is none of the kinds it can index.</summary>
    [Fact]
    public void Lists_of_what_cmdlets_return_can_be_indexed_in_a_shell()
    {
        var lists = typeof(MailServerInfo).Assembly.GetExportedTypes()
            .Where(t => t.Namespace == nameof(MailAdmin) && t is { IsClass: true, IsAbstract: false, ContainsGenericParameters: false })
            .SelectMany(t => t.GetProperties(BindingFlags.Public | BindingFlags.Instance))
            .Where(p => p.CanWrite && p.PropertyType.IsGenericType && p.PropertyType.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
            .ToList();
        Assert.Contains(lists, p => p.Name == nameof(MailServerInfo.Endpoints));
        Assert.All(lists, property =>
        {
            var item = property.PropertyType.GetGenericArguments()[0];
            var owner = RuntimeHelpers.GetUninitializedObject(property.DeclaringType!);
            property.SetValue(owner, Activator.CreateInstance(typeof(ReadOnlyCollection<>).MakeGenericType(item), Array.CreateInstance(item, 2)));
            Assert.True(property.GetValue(owner) is Array { Length: 2 }, $"{property.DeclaringType}.{property.Name} keeps a list of any kind");
        });
    }
}
