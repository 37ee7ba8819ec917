<?xml version="1.0" encoding="UTF-8"?>
<tileset version="1.8" name="monsters" tilewidth="6" tileheight="4" spacing="0" margin="0" tilecount="4" columns="0">
 <tile id="0">
  <properties>
   <property name="name" value="monsters/orc"/>
  </properties>
  <image source="monsters.tiles/monsters_orc.png" width="4" height="4"/>
 </tile>
 <tile id="1">
  <properties>
   <property name="name" value="monsters/eye"/>
  </properties>
  <image source="monsters.tiles/monsters_eye.png" width="6" height="4"/>
 </tile>
 <tile id="2">
  <properties>
   <property name="name" value="monsters/slime-0"/>
   <property name="tag" value="slime"/>
   <property name="animation" value="slime"/>
  </properties>
  <image source="monsters.tiles/monsters_slime-0.png" width="4" height="3"/>
  <animation>
   <frame tileid="2" duration="150"/>
   <frame tileid="3" duration="150"/>
  </animation>
 </tile>
 <tile id="3">
  <properties>
   <property name="name" value="monsters/slime-1"/>
   <property name="tag" value="slime"/>
  </properties>
  <image source="monsters.tiles/monsters_slime-1.png" width="4" height="3"/>
 </tile>
</tileset>
