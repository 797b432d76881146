console.log('map')
