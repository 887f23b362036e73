{
  "targets": [
    {
      "target_name": "dant",
      "type": "none",
      "actions": [
        {
          "action_name": "cmake",
          "inputs": ["CMakeLists.txt"],
          "outputs": ["build/Release/dant.node"],
          "action": ["node", "scripts/build-native.mjs"]
        }
      ]
    }
  ]
}
